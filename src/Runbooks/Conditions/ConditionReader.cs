using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>Reads a condition by descent: or, and, not, and what stands on its own.</summary>
/// <remarks>Goes no deeper than <see cref="Deepest"/>: what nests further is a fault, not a full stack.</remarks>
internal sealed class ConditionReader(List<Token> tokens)
{
    public const int Deepest = 64;

    private int at;
    private int depth;
    private TextFault? fault;

    private Token Here => tokens[at];

    public static Reading<Term> Read(List<Token> tokens)
    {
        var reader = new ConditionReader(tokens);
        var term = reader.Or();
        if (reader.fault is null && reader.Here.Kind != TokenKind.End)
            reader.Wrong(reader.Here, $"{reader.Here.Says} can't follow here.", "Join two conditions with and, or.");
        return reader.fault is { } fault ? fault : term;
    }

    private Term Or() => Joined("or", And, terms => new Term.Any(terms), term => term is Term.Any any ? any.Terms : [term]);

    private Term And() => Joined("and", Not, terms => new Term.All(terms), term => term is Term.All all ? all.Terms : [term]);

    private Term Joined(string word, Func<Term> part, Func<ImmutableArray<Term>, Term> join, Func<Term, ImmutableArray<Term>> flat)
    {
        var terms = flat(part()).ToBuilder();
        while (fault is null && Take(word)) terms.AddRange(flat(part()));
        return terms.Count == 1 ? terms[0] : join(terms.ToImmutable());
    }

    private Term Not()
    {
        if (!Here.Is("not")) return Single();
        if (!Deeper()) return Nothing;
        at++;
        var inner = Not();
        depth--;
        return inner is Term.Not twice ? twice.Inner : new Term.Not(inner);
    }

    private Term Single()
    {
        if (Here.Is("("))
        {
            if (!Deeper()) return Nothing;
            var open = tokens[at++];
            var inner = Or();
            depth--;
            if (fault is null && !Take(")")) Wrong(Here, $"{Here.Says} stands where a ) belongs.", $"Close the ( of column {open.Column}.");
            return inner;
        }

        if (Take("true")) return new Term.Constant(true);
        if (Take("false")) return new Term.Constant(false);
        if (Here.Is(Name.Changed)) return Changed();
        return Here.Kind == TokenKind.Word && Name.Find(Here.Text) is { } name ? About(name) : Unknown();
    }

    private Term Unknown()
    {
        var names = Name.All.Select(name => name.Text).Append(Name.Changed).ToList();
        if (Here.Kind == TokenKind.End) return Wrong(Here, "The condition ends too early.", "Write what is asked, such as environment == prod.");
        if (Here.Kind != TokenKind.Word) return Wrong(Here, $"A condition doesn't begin with {Here.Says}.", $"Begin with a name: {string.Join(", ", names)}, inputs.NAME.");
        if (Name.Keywords.Contains(Here.Text)) return Wrong(Here, $"{Here.Says} has nothing before it.", "Write a condition on either side.");
        var near = Name.Keywords.FirstOrDefault(word => word.Equals(Here.Text, StringComparison.OrdinalIgnoreCase)) ?? Nearest.One(Here.Text, names);
        return Wrong(Here, $"There is no {Here.Says} to ask about.", near is not null ? $"Did you mean {near}?" : $"There are: {string.Join(", ", names)}, inputs.NAME.");
    }

    private Term About(Name name)
    {
        var start = tokens[at++];
        if (Take("matches")) return Matches(name, start);
        if (Take("in")) return Among(name, start, isnt: false);
        if (Here.Is("not") && tokens[at + 1].Is("in"))
        {
            at += 2;
            return Among(name, start, isnt: true);
        }

        if (Signs.All.Where(sign => Here.Is(sign.Text())).Select(sign => (Sign?)sign).FirstOrDefault() is { } sign) return Comparison(name, sign);
        if (name.Kind is Kind.Flag or Kind.Answer) return new Term.Flag(name);
        return Wrong(start, $"{name.Text} is neither true nor false by itself.", $"Compare it: {name.Text} == {Literals.Example(name.Kind)}.");
    }

    private Term Comparison(Name name, Sign sign)
    {
        var mark = tokens[at++];
        if (sign.IsOrder() && name.Kind is (Kind.Text or Kind.Flag or Kind.Day))
            return Wrong(mark, $"{name.Text} is neither more nor less than anything.", $"Write {name.Text} == {Literals.Example(name.Kind)}, or in [ … ].");
        if (Value(name, sign.IsOrder()) is not { } value) return Nothing;
        if (name.Kind != Kind.Flag) return new Term.Comparison(name, sign, value);
        return (value == "true") == (sign == Sign.Same) ? new Term.Flag(name) : new Term.Not(new Term.Flag(name));
    }

    private Term Among(Name name, Token start, bool isnt)
    {
        if (name.Kind == Kind.Flag) return Wrong(start, $"{name.Text} is true or false.", $"Write {name.Text} or not {name.Text}.");
        if (!Take("[")) return Wrong(Here, $"{Here.Says} stands where a list belongs.", $"Write [{Literals.Example(name.Kind)}].");
        var values = Listed("]", () => Value(name, isOrder: false));
        return fault is null ? new Term.Among(name, values, isnt) : Nothing;
    }

    private Term Matches(Name name, Token start)
    {
        if (name.Kind is Kind.Flag or Kind.Day or Kind.Time) return Wrong(start, $"{name.Text} has no pattern.", $"Write {name.Text} {(name.Kind == Kind.Flag ? "alone" : $"== {Literals.Example(name.Kind)}")}.");
        return Pattern() is { } pattern ? new Term.Matches(name, pattern) : Nothing;
    }

    private Term Changed()
    {
        at++;
        if (!Take("(")) return Wrong(Here, $"{Here.Says} stands where a ( belongs.", "Write changed(\"db/**\").");
        var globs = Listed(")", Pattern);
        return fault is null ? new Term.Changed(globs) : Nothing;
    }

    /// <summary>One or more, with commas between, up to the closing mark.</summary>
    private ImmutableArray<string> Listed(string close, Func<string?> one)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (one() is { } value) values.Add(value);
        }
        while (fault is null && Take(","));
        if (fault is null && !Take(close)) Wrong(Here, $"{Here.Says} stands where a comma or {close} belongs.", $"Separate values with commas, and close with {close}.");
        return [.. values.Distinct(StringComparer.Ordinal)];
    }

    private string? Pattern()
    {
        if (Here.Kind is TokenKind.Word or TokenKind.Quoted && Here.Text.Length > 0) return tokens[at++].Text;
        Wrong(Here, $"{Here.Says} is no pattern.", "Write one in quotes: \"db/**\".");
        return null;
    }

    private string? Value(Name name, bool isOrder)
    {
        if (Literals.Judge(Here, name, isOrder) is { } wrong)
        {
            fault ??= wrong;
            return null;
        }

        return Literals.Normal(name.Kind, tokens[at++].Text);
    }

    private bool Take(string text)
    {
        if (!Here.Is(text)) return false;
        at++;
        return true;
    }

    private bool Deeper()
    {
        if (++depth <= Deepest) return true;
        Wrong(Here, $"This nests more than {Deepest} deep.", "Write it flatter.");
        return false;
    }

    private Term Wrong(Token token, string what, string mend)
    {
        fault ??= new TextFault(token.Column, what, mend);
        return Nothing;
    }

    /// <summary>Stands for what could not be read; nobody sees it, for there is a fault.</summary>
    private static Term Nothing { get; } = new Term.Constant(false);
}
