using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>Decides about pages: whom to call, when to call the next, when it is enough. Pure.</summary>
public static class PageDecider
{
    /// <summary>How often each person is called in a round.</summary>
    public const int Times = 2;

    /// <returns>The state afterwards, and what led to it; empty where it is no news.</returns>
    public static (Page Page, ImmutableArray<PageEvent> Events) Decide(Page page, PageCommand command, DateTimeOffset now)
    {
        var events = ImmutableArray.CreateBuilder<PageEvent>();
        var state = page;
        switch (command)
        {
            // Whoever is being called already is not called once more, until everybody was called in vain.
            case PageCommand.Want { Worse: false } when page.Status == PageStatus.Open && !page.Unanswered: break;
            case PageCommand.Want c:
                Note(new PageBegan(page.Round + 1, c.Who, c.Title, c.Why, c.Critical, c.People, c.Escalate, c.Patience is not null, c.Patience ?? TimeSpan.Zero));
                if (!state.Began!.Pager) CallNext();
                break;
            case PageCommand.Acknowledge c when page.Status == PageStatus.Open && IsOf(c.Round): Note(new PageAcknowledged(c.By, c.Name, c.Through)); break;
            case PageCommand.End c when page.Status is PageStatus.Open or PageStatus.Acknowledged && IsOf(c.Round): Note(new PageEnded(c.Why)); break;
            case PageCommand.Cause c when page.Cause?.Run != c.Run: Note(new CauseFound(c.Run, c.BackTo, c.Says)); break;
            case PageCommand.PagerAnswered c when IsOf(c.Round) && !page.Taken && page.Status != PageStatus.None: Note(new PagerTook()); break;
            case PageCommand.PagerRefused c when IsOf(c.Round) && page.WaitsForPager: GoOnAlone(c.Why); break;
            case PageCommand.Reached c when IsOf(c.Round) && Find(c.Number) is { Posted: null }: Note(new PersonReached(c.Number, c.Surface, c.Channel, c.Message, c.Permalink) { Instead = c.Instead }); break;
            case PageCommand.NotReached c when IsOf(c.Round) && Find(c.Number) is { Posted: null, Failed: null }:
                Note(new PersonNotReached(c.Number, c.Why));

                // Nobody can answer what never reached them.
                if (state.Status == PageStatus.Open && state.Calls[^1].Number == c.Number) CallNext();
                break;
            case PageCommand.TimePassed when Due(page) is { } due && due <= now:
                if (page.WaitsForPager) GoOnAlone($"it did not answer within {Words.Duration(page.Began!.Patience)}");
                else CallNext();
                break;
            default: break;
        }

        return (state, events.ToImmutable());

        bool IsOf(int? round) => round is null || round == page.Round;
        Call? Find(int number) => page.Calls.FirstOrDefault(call => call.Number == number);

        void GoOnAlone(string why)
        {
            Note(new PagerSilent(why));
            CallNext();
        }

        void CallNext()
        {
            // Whoever could not be reached at all is not tried a second time.
            var people = state.Began!.People;
            for (var number = (state.Calls.IsEmpty ? 0 : state.Calls[^1].Number) + 1; number <= people.Length * Times; number++)
            {
                var person = people[(number - 1) % people.Length];
                if (state.Calls.Any(call => call.Person == person && call.Failed is not null)) continue;
                Note(new PersonCalled(number, person, now + state.Began.Escalate));
                return;
            }

            Note(new PageUnanswered());
        }

        void Note(PageEvent what)
        {
            events.Add(what);
            state = state.Evolve(what, now);
        }
    }

    /// <summary>When it is to be looked at again; null when nothing is due.</summary>
    public static DateTimeOffset? Due(Page page) => page switch
    {
        { Status: not PageStatus.Open } or { Unanswered: true } => null,
        { WaitsForPager: true } => page.BeganAt + page.Began!.Patience,
        { Calls.IsEmpty: false } => page.Calls[^1].Until,
        _ => null,
    };
}
