using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Tests;

/// <summary>Cards that nobody would make on purpose.</summary>
internal sealed class AnyCard(int seed)
{
    private static readonly string[] Words =
    [
        "", " ", "\n", "api", "<!channel>", "*b*", "`c`", "&<>", "\u202Eevil", "\u200F", "👩‍👩‍👧‍👦", "\ud83d", "e\u0301", ":tada:", "\0", "|", "a very long word indeed ", "\t", "…", "\u200B",
    ];

    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly Random chance = new(seed);

    public Card Next() => new(Text(), Pick<Tone>(), chance.Next(3) == 0 ? null : Text(), Text())
    {
        Facts = Many(25, () => new Fact(Text(), Text())), Body = Many(30, Block), Buttons = Many(40, Button),
        Links = Many(15, () => new Link(Text(), new Uri(chance.Next(2) == 0 ? "https://example.com/" + new string('a', chance.Next(5000)) : "file:///x"))),
        Next = chance.Next(2) == 0 ? null : Text(), Footer = chance.Next(2) == 0 ? null : Text(),
    };

    /// <summary>A form that nobody would ask; the fields' names are as the language takes them.</summary>
    public Form Form() => new(Text(), $"migrate {Text()}", [.. Enumerable.Range(0, chance.Next(36)).Select(at => new FormField(
        $"field-{at}", new[] { "text", "number", "flag", "choice" }[chance.Next(4)], Text(), chance.Next(2) == 0 ? null : Text(), chance.Next(2) == 0, Many(150, Answer))
    {
        Fault = chance.Next(5) == 0 ? Text() : null, Suggested = Many(80, () => new Suggestion(Answer(), Text())), Leads = chance.Next(12) == 0, Under = chance.Next(8) == 0 ? Text() : null,
    })]);

    /// <summary>Never empty: what is not given is no answer.</summary>
    private string Answer() => $"v{chance.Next(9)}{Text()}";

    private CardBlock Block() => chance.Next(8) switch
    {
        0 => new CardBlock.Text(Text(), chance.Next(2) == 0 ? null : Text()),
        1 => new CardBlock.Notice(Pick<Tone>(), Text()),
        2 => new CardBlock.Steps(Many(60, () => new StepLine(Text(), Pick<Tone>(), Text(), chance.Next(2) == 0 ? null : TimeSpan.FromSeconds(chance.Next(200_000) - 5), Text()))),
        3 => new CardBlock.Checklist(Text(), Many(60, () => new ChecklistLine(Text(), chance.Next(2) == 0, Text(), chance.Next(2) == 0, chance.Next(2) == 0 ? null : Action()))),
        4 => new CardBlock.Approvals(Text(), Many(100, Text), chance.Next(5), Text(), chance.Next(2) == 0 ? null : Noon),
        5 => new CardBlock.Progress(Text(), chance.Next(), chance.Next(10) - 2, Text(), Pick<Tone>()),
        6 => new CardBlock.Table(Many(30, Text), Many(100, () => Many(30, Text))),
        _ => new CardBlock.List(Text(), Many(60, () => new ListLine(Text(), Pick<Tone>(), chance.Next(3) == 0 ? Button() : null))),
    };

    private Button Button() => new(Text(), Pick<ButtonStyle>(), Action(), chance.Next(2) == 0 ? null : new Confirm(Text(), Text(), Text(), Text()), chance.Next(4) == 0) { For = chance.Next(4) == 0 ? [new GroupName("release-managers")] : [] };

    private CardAction Action() => new(Text(), chance.Next(2) == 0 ? null : new RunId(chance.Next(1, 999)), new StepId("s1"), Text());

    private T Pick<T>()
        where T : struct, Enum => Enum.GetValues<T>()[chance.Next(Enum.GetValues<T>().Length)];

    private ImmutableArray<T> Many<T>(int most, Func<T> make) => [.. Enumerable.Range(0, chance.Next(4) == 0 ? chance.Next(most + 1) : chance.Next(3)).Select(_ => make())];

    private string Text() => chance.Next(200) switch
    {
        0 => string.Concat(Enumerable.Repeat(Words[chance.Next(Words.Length)], 40_000)),
        1 => "a" + new string('\u0301', 5000),
        _ => string.Concat(Enumerable.Range(0, chance.Next(6)).Select(_ => Words[chance.Next(Words.Length)])),
    };
}
