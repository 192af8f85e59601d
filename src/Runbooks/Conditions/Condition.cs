using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>When a step belongs: what stands after <c>when:</c>. A small language that can be checked; it computes nothing.</summary>
/// <remarks>
/// Names: <c>service</c>, <c>environment</c>, <c>environment.protected</c>, <c>version</c>, <c>strategy</c>, <c>requester</c>, <c>emergency</c>, <c>day</c>, <c>time</c>, <c>inputs.NAME</c>, <c>changed("glob", …)</c>.
/// Between them <c>== != &lt; &lt;= &gt; &gt;=</c>, <c>in [a, b]</c>, <c>not in</c>, <c>matches "glob"</c>, <c>and</c>, <c>or</c>, <c>not</c>, parentheses, <c>true</c>, <c>false</c>.
/// Texts compare without regard to case; versions by Semantic Versioning, where a leading v and build metadata don't count.
/// </remarks>
public sealed class Condition : IEquatable<Condition>
{
    /// <summary>The longest text that is read, as written and in its normal form.</summary>
    public const int Longest = 1_000;

    private readonly Term term;

    private Condition(Term term) => this.term = term;

    /// <summary>The condition that a text is, or what is wrong with it, at which column, and what to write instead.</summary>
    public static Reading<Condition> Read(string text)
    {
        if (text.Length > Longest) return TooLong(text.Length);
        var tokens = Scanner.Read(text);
        if (tokens.Fault is { } unscanned) return unscanned;
        var read = ConditionReader.Read(((Reading<List<Token>>.Understood)tokens).Value);
        if (read.Fault is { } unread) return unread;
        var condition = new Condition(((Reading<Term>.Understood)read).Value);

        // The normal text is what is kept and read again, so it has to be within the limit too.
        return condition.ToString().Length is var length && length > Longest ? TooLong(length) : condition;
    }

    /// <summary>The inputs that it asks about, by name.</summary>
    public IEnumerable<string> Inputs => Leaves(term).OfType<Term.About>().Select(leaf => leaf.Name.Text)
        .Where(name => name.StartsWith(Name.Input, StringComparison.Ordinal)).Select(name => name[Name.Input.Length..]).Distinct();

    /// <summary>Whether it holds; unknown where it depends on a fact that isn't known, or on an order that two values don't have.</summary>
    public Truth Holds(Facts facts) => Judge.Holds(term, facts);

    /// <summary>Why it holds, or doesn't, or can't be told: part of a sentence, <c>environment is staging, not prod</c>.</summary>
    public string Why(Facts facts) => Reasons.Of(term, facts);

    /// <summary>Whether it can be true at all, and whether it can be anything else, among these places.</summary>
    public Prospect CanHold(Places places) => Prospects.Of(term, places);

    /// <summary>Its normal text: the same for all ways of writing the same tree, and read back as this condition.</summary>
    public override string ToString() => term.ToString()!;

    public bool Equals(Condition? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as Condition);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The terms that ask about one fact each.</summary>
    internal static IEnumerable<Term> Leaves(Term term) => term switch
    {
        Term.Constant => [],
        Term.All all => all.Terms.SelectMany(Leaves),
        Term.Any any => any.Terms.SelectMany(Leaves),
        Term.Not not => Leaves(not.Inner),
        _ => [term],
    };

    private static TextFault TooLong(int length) => new(1, $"The condition has {length:N0} characters, spaces included; {Longest:N0} are read.", "Shorten it, or make two steps of it.");
}
