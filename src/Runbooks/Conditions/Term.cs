using System.Collections.Immutable;

namespace ChatOps.Runbooks.Conditions;

/// <summary>A piece of a condition. Its text is the normal one: reading it gives the same piece again.</summary>
internal abstract record Term
{
    private Term() { }

    /// <summary><c>true</c>, <c>false</c>.</summary>
    public sealed record Constant(bool Value) : Term
    {
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary><c>a and b</c>: at least two, none of them an <see cref="All"/>.</summary>
    public sealed record All(ImmutableArray<Term> Terms) : Term
    {
        public override string ToString() => string.Join(" and ", Terms.Select(term => term is Any ? $"({term})" : term.ToString()));
    }

    /// <summary><c>a or b</c>: at least two, none of them an <see cref="Any"/>.</summary>
    public sealed record Any(ImmutableArray<Term> Terms) : Term
    {
        public override string ToString() => string.Join(" or ", Terms);
    }

    /// <summary><c>not a</c>: never of another <see cref="Not"/>.</summary>
    public sealed record Not(Term Inner) : Term
    {
        public override string ToString() => Inner is All or Any ? $"not ({Inner})" : $"not {Inner}";
    }

    /// <summary>A question about one fact.</summary>
    public abstract record About(Name Name) : Term
    {
        /// <summary>The answer, when the fact is known.</summary>
        public abstract Truth Of(string value);

        /// <summary>Values that it names.</summary>
        public abstract ImmutableArray<string> Mentioned { get; }
    }

    /// <summary>A flag: <c>emergency</c>.</summary>
    public sealed record Flag(Name Name) : About(Name)
    {
        public override Truth Of(string value) => Truths.Of(value.Equals("true", StringComparison.OrdinalIgnoreCase));
        public override ImmutableArray<string> Mentioned => ["true", "false"];
        public override string ToString() => Name.Text;
    }

    /// <summary><c>version &lt; 2.0.0</c>.</summary>
    public sealed record Comparison(Name Name, Sign Sign, string To) : About(Name)
    {
        public override Truth Of(string value) => Sign switch
        {
            Sign.Same => Truths.Of(Values.Same(Name.Kind, value, To)),
            Sign.Other => Truths.Of(!Values.Same(Name.Kind, value, To)),
            _ => Values.Order(Name.Kind, value, To) is { } order ? Truths.Of(Sign.Admits(order)) : Truth.Unknown,
        };

        public override ImmutableArray<string> Mentioned => [To];
        public override string ToString() => $"{Name.Text} {Sign.Text()} {Literal(To)}";
    }

    /// <summary><c>environment in [staging, prod]</c>.</summary>
    public sealed record Among(Name Name, ImmutableArray<string> Values, bool Isnt) : About(Name)
    {
        public override Truth Of(string value) => Truths.Of(Values.Any(one => Conditions.Values.Same(Name.Kind, value, one)) != Isnt);
        public override ImmutableArray<string> Mentioned => Values;
        public override string ToString() => $"{Name.Text} {(Isnt ? "not in" : "in")} [{string.Join(", ", Values.Select(Literal))}]";
    }

    /// <summary><c>version matches "1.*"</c>.</summary>
    public sealed record Matches(Name Name, string Pattern) : About(Name)
    {
        public override Truth Of(string value) => Truths.Of(Glob.Matches(Pattern, value));
        public override ImmutableArray<string> Mentioned => [];
        public override string ToString() => $"{Name.Text} matches {Quoted(Pattern)}";
    }

    /// <summary><c>changed("db/**")</c>.</summary>
    public sealed record Changed(ImmutableArray<string> Globs) : Term
    {
        public override string ToString() => $"{Name.Changed}({string.Join(", ", Globs.Select(Quoted))})";
    }

    /// <summary>Bare where it can stand so.</summary>
    private static string Literal(string value) => Scanner.IsBare(value) && !Name.IsReserved(value) ? value : Quoted(value);

    private static string Quoted(string value) => value.Contains('"', StringComparison.Ordinal) ? $"'{value}'" : $"\"{value}\"";
}
