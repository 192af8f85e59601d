using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>Something that happened to a page. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(PageBegan), "page-began")]
[JsonDerivedType(typeof(PagerTook), "pager-took")]
[JsonDerivedType(typeof(PagerSilent), "pager-silent")]
[JsonDerivedType(typeof(PersonCalled), "person-called")]
[JsonDerivedType(typeof(PersonReached), "person-reached")]
[JsonDerivedType(typeof(PersonNotReached), "person-not-reached")]
[JsonDerivedType(typeof(PageUnanswered), "page-unanswered")]
[JsonDerivedType(typeof(PageAcknowledged), "page-acknowledged")]
[JsonDerivedType(typeof(CauseFound), "page-cause-found")]
[JsonDerivedType(typeof(PageEnded), "page-ended")]
public abstract record PageEvent;

/// <param name="Why">A sentence: <c>HighErrorRate: api in prod: it fires.</c></param>
/// <param name="People">Whom to call, one after another, as it stood then.</param>
/// <param name="Escalate">How long each has to answer.</param>
/// <param name="Pager">Whether PagerDuty is asked to page.</param>
/// <param name="Patience">How long it is waited for PagerDuty.</param>
public sealed record PageBegan(int Round, GroupName Who, string Title, string Why, bool Critical, ImmutableArray<Person> People, TimeSpan Escalate, bool Pager, TimeSpan Patience) : PageEvent;

public sealed record PagerTook : PageEvent;

/// <summary>PagerDuty did not take it in time, or refused: the bot pages by itself.</summary>
public sealed record PagerSilent(string Why) : PageEvent;

/// <param name="Number">1 for the first call of this round.</param>
public sealed record PersonCalled(int Number, Person Person, DateTimeOffset Until) : PageEvent;

/// <param name="Surface">A chat, or <c>email</c>: what was sent there can't be brought up to date.</param>
public sealed record PersonReached(int Number, string Surface, string Channel, string Message, Uri? Permalink) : PageEvent
{
    /// <summary>What could not be reached, so that it went this way instead; null where it went the usual way.</summary>
    public string? Instead { get; init; }
}

public sealed record PersonNotReached(int Number, string Why) : PageEvent;

/// <summary>Everybody was called, and nobody answered.</summary>
public sealed record PageUnanswered : PageEvent;

/// <param name="By">Null where only a name is known, as another system says it.</param>
/// <param name="Through">The system in which it was said; null = here.</param>
public sealed record PageAcknowledged(Person? By, string Name, string? Through) : PageEvent;

/// <summary>A change is likely behind it, and can be taken back.</summary>
public sealed record CauseFound(RunId Run, string BackTo, string Says) : PageEvent;

public sealed record PageEnded(string Why) : PageEvent;
