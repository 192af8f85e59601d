using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Cards;

/// <summary>What people see, on any surface. Every text in it is plain: renderers escape it and cut it to their place's limits.</summary>
/// <param name="Title">A few words: <c>Deploy api v1.2.3 to prod</c>.</param>
/// <param name="Tone">How it stands, as colour and mark.</param>
/// <param name="State">How it stands, in words: <c>waiting for approval</c>; null where there is no state.</param>
/// <param name="Fallback">One full sentence that says it all: notifications, screen readers, terminals.</param>
public sealed record Card(string Title, Tone Tone, string? State, string Fallback)
{
    public ImmutableArray<Fact> Facts { get; init; } = [];
    public ImmutableArray<CardBlock> Body { get; init; } = [];
    public ImmutableArray<Button> Buttons { get; init; } = [];
    public ImmutableArray<Link> Links { get; init; } = [];

    /// <summary>What happens next, as one sentence; null when nothing does.</summary>
    public string? Next { get; init; }

    /// <summary>Small print: who, when, run number.</summary>
    public string? Footer { get; init; }
}

/// <summary>How something stands. Each has one colour and one mark on every surface; the mark never stands without words.</summary>
public enum Tone
{
    Neutral,

    /// <summary>Waits for a person.</summary>
    Waiting,

    /// <summary>Under way.</summary>
    Active,
    Good,
    Warning,
    Bad,

    /// <summary>Ended without having happened: cancelled, skipped.</summary>
    Muted,
}

/// <summary>A name and a value, shown side by side.</summary>
public sealed record Fact(string Name, string Value);

public sealed record Link(string Label, Uri Url);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "block")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Notice), "notice")]
[JsonDerivedType(typeof(Steps), "steps")]
[JsonDerivedType(typeof(Checklist), "checklist")]
[JsonDerivedType(typeof(Approvals), "approvals")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Table), "table")]
[JsonDerivedType(typeof(List), "list")]
public abstract record CardBlock
{
    private CardBlock() { }

    /// <summary>A paragraph. Line breaks are kept.</summary>
    public sealed record Text(string Value, string? Heading = null) : CardBlock;

    /// <summary>Something that must not be overlooked.</summary>
    public sealed record Notice(Tone Tone, string Value) : CardBlock;

    /// <summary>The steps of a run, in order.</summary>
    public sealed record Steps(ImmutableArray<StepLine> Lines) : CardBlock;

    /// <summary>Items to tick.</summary>
    public sealed record Checklist(string Heading, ImmutableArray<ChecklistLine> Items) : CardBlock;

    /// <summary>Who has approved, and who is still needed.</summary>
    /// <param name="Needed">How many different people in all.</param>
    /// <param name="From">Who may.</param>
    public sealed record Approvals(string Heading, ImmutableArray<string> Given, int Needed, string From, DateTimeOffset? Until) : CardBlock;

    /// <summary><c>3 of 5 ready</c>, also as a bar.</summary>
    public sealed record Progress(string Heading, int Done, int Total, string Says, Tone Tone) : CardBlock;

    /// <summary>A table; every row has as many cells as there are columns.</summary>
    public sealed record Table(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows) : CardBlock;

    /// <summary>Lines of a kind, each with an optional mark.</summary>
    public sealed record List(string? Heading, ImmutableArray<ListLine> Lines) : CardBlock;
}

public sealed record ListLine(string Text, Tone Tone = Tone.Neutral, Button? Button = null);

/// <param name="Mark">A word for its state: <c>done</c>, <c>running</c>, <c>waiting</c>, <c>to do</c>, <c>failed</c>, <c>skipped</c>.</param>
/// <param name="Took">How long it took, or has been taking; null when it has not begun.</param>
/// <param name="Detail">A line about how it went or goes.</param>
public sealed record StepLine(string Title, Tone Tone, string Mark, TimeSpan? Took, string? Detail);

/// <param name="By">Who ticked it and when, in words; null while it is open.</param>
/// <param name="Verifies">True when it ticks itself and can't be ticked by hand.</param>
/// <param name="Toggle">What clicking it does; null when it can't be clicked now.</param>
public sealed record ChecklistLine(string Text, bool Ticked, string? By, bool Verifies, CardAction? Toggle);

/// <param name="Confirm">Asked before the action is sent; destructive ones always have it.</param>
/// <param name="AsksReason">The action needs a reason: the surface asks for one (where it can't, the answer says how to give it by command).</param>
public sealed record Button(string Label, ButtonStyle Style, CardAction Action, Confirm? Confirm = null, bool AsksReason = false)
{
    /// <summary>Groups, or people by address, whose members it is for; empty = whoever reads the card. It says whom to show it to, never who may.</summary>
    public ImmutableArray<GroupName> For { get; init; } = [];

    /// <summary>The command whose missing words the click asks for, where a surface opens its dialog for it; null = the click asks nothing. Elsewhere the answer to the click asks.</summary>
    public string? Asks { get; init; }
}

public enum ButtonStyle
{
    Plain,
    Primary,
    Danger,
}

public sealed record Confirm(string Title, string Text, string Yes, string No);
