using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>Says why a condition is as it is: by the leaves that decide it, and no others.</summary>
internal static class Reasons
{
    public static string Of(Term term, Facts facts) => Words.List(Deciding(term, facts).Select(leaf => Leaf(leaf, facts)).Distinct());

    /// <summary>One leaf where one is enough to settle it, all where it takes all.</summary>
    private static IEnumerable<Term> Deciding(Term term, Facts facts)
    {
        var truth = Judge.Holds(term, facts);
        return term switch
        {
            Term.Not not => Deciding(not.Inner, facts),
            Term.All all when truth == Truth.Yes => all.Terms.SelectMany(one => Deciding(one, facts)),
            Term.Any any when truth == Truth.No => any.Terms.SelectMany(one => Deciding(one, facts)),
            Term.All all => Deciding(all.Terms.First(one => Judge.Holds(one, facts) == truth), facts),
            Term.Any any => Deciding(any.Terms.First(one => Judge.Holds(one, facts) == truth), facts),
            _ => [term],
        };
    }

    private static string Leaf(Term leaf, Facts facts)
    {
        var truth = leaf is Term.Constant constant ? Truths.Of(constant.Value) : Judge.Leaf(leaf, facts);
        return leaf switch
        {
            Term.Constant => truth == Truth.Yes ? "it always is" : "it never is",
            Term.Changed changed => Changed(changed, facts),
            Term.About about when facts.Of(about.Name) is { } value => About(about, Cut(value), truth),
            Term.About about => $"{about.Name.Text} isn't known",
            _ => throw new InvalidOperationException($"{leaf} is no leaf."),
        };
    }

    private static string About(Term.About about, string value, Truth truth)
    {
        var name = about.Name.Text;
        var so = truth == Truth.Yes;
        return about switch
        {
            Term.Flag { Name.Text: "environment.protected" } => so ? "the environment is protected" : "the environment is not protected",
            Term.Flag { Name.Kind: Kind.Flag } => so ? "this is an emergency" : "this is no emergency",
            Term.Flag => so ? $"{name} is {value}" : $"{name} is {value}, not true",
            Term.Comparison { Sign: var sign, To: var to } when sign.IsOrder() => truth == Truth.Unknown
                ? $"{name} is {value}, which has no order with {Cut(to)}"
                : $"{name} is {value}, {(so ? "" : "not ")}{Order(sign)} {Cut(to)}",
            Term.Comparison one => so == (one.Sign == Sign.Same) ? $"{name} is {value}" : $"{name} is {value}, not {Cut(one.To)}",
            Term.Among list => so != list.Isnt ? $"{name} is {value}" : $"{name} is {value}, not {Words.List(list.Values.Take(5).Select(Cut).Concat(list.Values.Length > 5 ? ["…"] : []), "or")}",
            Term.Matches one => $"{name} is {value}, which {(so ? "matches" : "doesn't match")} {Cut(one.Pattern)}",
            _ => throw new InvalidOperationException($"{about} is no leaf."),
        };
    }

    private static string Changed(Term.Changed changed, Facts facts)
    {
        if (facts.Changed is not { } paths) return "it isn't known which files changed";
        if (Judge.Hit(changed, paths) is { } hit) return $"{Cut(hit.Path)} changed, which matches {Cut(hit.Glob)}";
        return $"nothing changed that matches {Words.List(changed.Globs.Take(5).Select(Cut).Concat(changed.Globs.Length > 5 ? ["…"] : []), "or")}";
    }

    private static string Order(Sign sign) => sign switch { Sign.Less => "less than", Sign.AtMost => "at most", Sign.More => "more than", _ => "at least" };

    private static string Cut(string text) => text.Length > 60 ? text[..59] + "…" : text;
}
