using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>What somebody, or the world, wants of a page.</summary>
public abstract record PageCommand
{
    private PageCommand() { }

    /// <summary>Somebody should be called.</summary>
    public sealed record Want(GroupName Who, string Title, string Why, bool Critical, ImmutableArray<Person> People, TimeSpan Escalate, TimeSpan? Patience) : PageCommand
    {
        /// <summary>What was said before is no longer so: whoever is being called already has to hear of it.</summary>
        public bool Worse { get; init; }
    }

    /// <param name="Round">The round that was seen; null = whichever it is.</param>
    public sealed record Acknowledge(Person? By, string Name, string? Through, int? Round) : PageCommand;

    /// <param name="Round">As with <see cref="Acknowledge"/>.</param>
    public sealed record End(string Why, int? Round) : PageCommand;

    public sealed record Cause(RunId Run, string BackTo, string Says) : PageCommand;

    public sealed record PagerAnswered(int Round) : PageCommand;

    public sealed record PagerRefused(int Round, string Why) : PageCommand;

    public sealed record Reached(int Round, int Number, string Surface, string Channel, string Message, Uri? Permalink) : PageCommand
    {
        /// <summary>What could not be reached, so that it went this way instead.</summary>
        public string? Instead { get; init; }
    }

    public sealed record NotReached(int Round, int Number, string Why) : PageCommand;

    /// <summary>Whatever is due by now.</summary>
    public sealed record TimePassed : PageCommand;
}
