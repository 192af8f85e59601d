using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Locks;

/// <summary>Whether a place may change now: asked when a change is asked for, and again right before it is made.</summary>
public static class ChangeRules
{
    /// <summary>What stands in the way; null when nothing does.</summary>
    /// <param name="pass">What the change may pass.</param>
    public static InTheWay? Refuse(Site site, ServiceEnvironment environment, ChangeCalendar calendar, LockBook locks, Pass pass, DateTimeOffset now)
    {
        if (pass != Pass.Everything && locks.About(site, now) is { Kind: not LockKind.Warning } held && !(pass == Pass.Freezes && held.Kind == LockKind.Freeze))
        {
            var until = held.Until is { } end ? $" until {calendar.Zone.Says(end)} ({calendar.Zone})" : "";
            return held.Kind == LockKind.Freeze
                ? new InTheWay(new Refusal(RefusalCodes.Frozen, $"{held.Says()}{until}.", Exception), held.Until, Passable: true)
                : new InTheWay(new Refusal(RefusalCodes.Locked, $"{held.Says()}{until}.", $"Ask {(held.After is null ? held.By.ShortName : "whoever looks after it")}, or release it: unlock {held.Id} \"why\"."), held.Until, Passable: false);
        }

        if (pass == Pass.Everything || calendar.Judge(site.Service, site.Environment, environment.Windows, now) is not Verdict.Closed closed) return null;
        if (pass == Pass.Freezes && closed.Freeze is not null) return null;
        var opens = closed.NextOpening is { } at ? $"It opens {calendar.Zone.Says(at)} ({calendar.Zone}). " : "";
        return closed.Freeze is not null
            ? new InTheWay(new Refusal(RefusalCodes.Frozen, closed.Why, $"{opens}{Exception}"), closed.NextOpening, Passable: true)
            : new InTheWay(new Refusal(RefusalCodes.WindowClosed, closed.Why, $"{opens}Add --at to wait for it, or --emergency \"why\" where it can't wait."), closed.NextOpening, Passable: false);
    }

    private const string Exception = "Ask for an exception with --exception \"why\", or say --emergency \"why\" where it can't wait.";
}

/// <param name="Opens">When it would be possible; null = not known.</param>
/// <param name="Passable">Whether an exception would pass it.</param>
public sealed record InTheWay(Refusal Refusal, DateTimeOffset? Opens, bool Passable);

/// <summary>What a change may pass.</summary>
public enum Pass
{
    Nothing,

    /// <summary>Freezes: it has an exception.</summary>
    Freezes,

    /// <summary>Locks, windows and freezes: it goes back, or is an emergency.</summary>
    Everything,
}
