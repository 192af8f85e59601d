namespace ChatOps.Runbooks.Conditions;

/// <summary>Whether a condition holds.</summary>
internal static class Judge
{
    public static Truth Holds(Term term, Facts facts) => Holds(term, leaf => Leaf(leaf, facts));

    /// <summary>Given how its leaves stand.</summary>
    public static Truth Holds(Term term, Func<Term, Truth> leaf) => term switch
    {
        Term.Constant constant => Truths.Of(constant.Value),
        Term.All all => all.Terms.Min(one => Holds(one, leaf)),
        Term.Any any => any.Terms.Max(one => Holds(one, leaf)),
        Term.Not not => Truths.Not(Holds(not.Inner, leaf)),
        _ => leaf(term),
    };

    public static Truth Leaf(Term leaf, Facts facts) => leaf switch
    {
        Term.About about => facts.Of(about.Name) is { } value ? about.Of(value) : Truth.Unknown,
        Term.Changed changed => facts.Changed is { } paths ? Truths.Of(Hit(changed, paths) is not null) : Truth.Unknown,
        _ => throw new InvalidOperationException($"{leaf} is no leaf."),
    };

    /// <summary>The first path that matches, and the glob that it does; null when none does.</summary>
    public static (string Path, string Glob)? Hit(Term.Changed changed, IEnumerable<string> paths) => paths
        .SelectMany(path => changed.Globs, (path, glob) => ((string Path, string Glob)?)(path, glob))
        .FirstOrDefault(pair => Glob.MatchesPath(pair!.Value.Glob, pair.Value.Path));
}
