using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>What somebody, or the world, wants of an incident.</summary>
public abstract record IncidentCommand
{
    private IncidentCommand() { }

    public sealed record Update(Caller Who, string? Text, IncidentStage? Stage) : IncidentCommand;

    /// <param name="Person">Who is to have the role.</param>
    public sealed record GiveRole(Caller Who, IncidentRole Role, Person Person) : IncidentCommand;

    public sealed record ChangeSeverity(Caller Who, IncidentSeverity To, string? Reason) : IncidentCommand;

    public sealed record AddLink(Caller Who, IncidentLink Link) : IncidentCommand;

    public sealed record AddTask(Caller Who, string Text, Person? Owner) : IncidentCommand;

    public sealed record FinishTask(Caller Who, int Number) : IncidentCommand;

    /// <param name="Message">A message's own name; null for a note.</param>
    /// <param name="Link">Where the message is, for people.</param>
    public sealed record KeepNote(Caller Who, string Text, string? Author = null, DateTimeOffset? WrittenAt = null, string? Message = null, Uri? Link = null) : IncidentCommand;

    public sealed record SayOutside(Caller Who, string Text) : IncidentCommand;

    public sealed record Resolve(Caller Who, string? Cause, ImmutableArray<string> FollowUps) : IncidentCommand;

    public sealed record Reopen(Caller Who, string? Why) : IncidentCommand;

    /// <summary>An alert that belongs to it joins by itself.</summary>
    public sealed record AlertJoined(IncidentLink Link) : IncidentCommand;

    /// <param name="AckedBy">Who answered a linked alert; null = nobody did.</param>
    public sealed record Gather(long UpTo, ImmutableArray<GatheredLine> Lines, Person? AckedBy) : IncidentCommand;

    /// <param name="AckedBy">Who answered; null = nobody did, or only a name is known.</param>
    /// <param name="Acked">Their name.</param>
    public sealed record PageWas(string Says, Person? AckedBy, string? Acked) : IncidentCommand;

    public sealed record RoomWasMade(string Surface, string Channel, string Name) : IncidentCommand;

    public sealed record RoomWasNotMade(string Why) : IncidentCommand;

    public sealed record PeopleWereInvited(ImmutableArray<Person> People, ImmutableArray<string> Missing) : IncidentCommand;

    public sealed record CardWasPosted(string Place, string Channel, string Message, Uri? Permalink) : IncidentCommand;

    public sealed record CardWasPinned : IncidentCommand;

    public sealed record WasNotShown(string Place, string Why) : IncidentCommand;

    public sealed record FollowUpWas(int Number, Uri? Url, string? Why) : IncidentCommand;

    public sealed record ReviewWas(Uri? Url, string? Why) : IncidentCommand;

    /// <summary>Whatever is due by now.</summary>
    public sealed record TimePassed : IncidentCommand;
}

/// <summary>What a decision about an incident needs to know.</summary>
/// <param name="May">Why somebody may not do anything about this incident; null when they may.</param>
public sealed record IncidentContext(DateTimeOffset Now, IncidentRules Rules, Func<Caller, Refusal?> May);

/// <summary>What is decided: facts, or why not.</summary>
public sealed record IncidentDecision(ImmutableArray<IncidentEvent> Events, Refusal? Refused)
{
    public static readonly IncidentDecision Nothing = new([], null);

    public static IncidentDecision Refuse(string code, string why, string? next) => new([], new Refusal(code, why, next));
}
