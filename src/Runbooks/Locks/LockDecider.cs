using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Locks;

/// <summary>What somebody wants of a lock.</summary>
public abstract record LockCommand
{
    private LockCommand() { }

    /// <param name="Until">Null = until somebody releases it.</param>
    public sealed record Set(Caller Who, LockScope Scope, LockKind Kind, string? Reason, DateTimeOffset From, DateTimeOffset? Until, string? Place) : LockCommand;

    /// <summary>The lock of a scope, or the one with a number, goes.</summary>
    public sealed record Release(Caller Who, long? Id, LockScope? Scope, string? Reason) : LockCommand;

    /// <summary>A place was rolled back: nothing goes there until somebody says that the cause is fixed.</summary>
    public sealed record AfterRollback(RunId Run, LockScope Scope, string Version, string? Place) : LockCommand;
}

/// <summary>What is decided about locks: facts, or why not.</summary>
/// <param name="Lost">Locks that somebody else took over or released: whoever held them is told.</param>
public sealed record LockDecision(ImmutableArray<LockEvent> Events, ImmutableArray<Lock> Lost, Refusal? Refused)
{
    public static LockDecision Refuse(string code, string why, string? next) => new([], [], new Refusal(code, why, next));
}

/// <summary>Decides about locks: pure.</summary>
public static class LockDecider
{
    /// <summary>The bot itself, where it sets a lock.</summary>
    public static readonly Person Itself = new("chatops");

    private const int Most = 1_000;

    /// <param name="may">Whether the caller has the right to lock in an environment; null = in all of them.</param>
    public static LockDecision Decide(LockBook book, LockCommand command, Func<LockScope, Refusal?> may, DateTimeOffset now) => command switch
    {
        LockCommand.Set c => Set(book, c, may, now),
        LockCommand.Release c => Release(book, c, may, now),
        LockCommand.AfterRollback c => After(book, c, now),
        _ => throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}."),
    };

    private static LockDecision Set(LockBook book, LockCommand.Set c, Func<LockScope, Refusal?> may, DateTimeOffset now)
    {
        if (may(c.Scope) is { } no) return new LockDecision([], [], no);
        if (string.IsNullOrWhiteSpace(c.Reason)) return LockDecision.Refuse(RefusalCodes.ReasonMissing, "A lock needs a reason.", "Everybody whom it stops reads it.");
        if (c.Until is { } until && until <= c.From) return LockDecision.Refuse(RefusalCodes.WordsAmbiguous, "It would end before it begins.", "Say a later moment.");
        if (book.All.Length >= Most) return LockDecision.Refuse(RefusalCodes.Busy, $"There are {Most} locks already.", "Release some.");
        var by = c.Who.Person!.Value;
        var same = book.All.Where(one => one.Scope == c.Scope && one.Kind == c.Kind && (one.Until is null || one.Until > now)).ToList();
        var next = new Lock(book.Last + 1, c.Scope, c.Kind, by, c.Reason, c.From, c.Until, c.Place);
        return new LockDecision(
            [.. same.Select(one => new LockReleased(one.Id, by, c.Reason, TakenOver: true)), new LockSet(next)],
            [.. same.Where(one => one.By != by)], null);
    }

    private static LockDecision Release(LockBook book, LockCommand.Release c, Func<LockScope, Refusal?> may, DateTimeOffset now)
    {
        var found = book.All.Where(one => (c.Id is { } id ? one.Id == id : one.Scope == c.Scope) && (one.Until is null || one.Until > now)).ToList();
        if (found.Count == 0)
            return LockDecision.Refuse(RefusalCodes.LockUnknown, c.Id is { } id ? $"There is no lock {id}." : $"Nothing locks {c.Scope}.", book.At(now).Any() ? $"There are: {Words.List(book.At(now).Select(one => $"{one.Id} ({one.Scope})"))}." : "There is no lock at all.");
        var by = c.Who.Person;
        var others = found.Where(one => one.By != by).ToList();
        if (others.Select(one => may(one.Scope)).FirstOrDefault(refusal => refusal is not null) is { } no) return new LockDecision([], [], no);
        if (others.Count > 0 && string.IsNullOrWhiteSpace(c.Reason))
        {
            return LockDecision.Refuse(RefusalCodes.ReasonMissing, $"{(others[0].After is null ? $"{others[0].By.ShortName} set this lock" : "This lock set itself")}: say why it may go.",
                others[0].After is null ? $"Say: unlock {others[0].Id} \"why\". {others[0].By.ShortName} is told." : $"Say: unlock {others[0].Id} \"what the cause was, and that it is fixed\".");
        }

        return new LockDecision([.. found.Select(one => new LockReleased(one.Id, by, c.Reason, TakenOver: false))], [.. others.Where(one => one.After is null)], null);
    }

    private static LockDecision After(LockBook book, LockCommand.AfterRollback c, DateTimeOffset now)
    {
        if (book.All.Any(one => one.After == c.Run)) return new LockDecision([], [], null);
        var set = new Lock(book.Last + 1, c.Scope, LockKind.Block, Itself, $"{c.Version} was taken back; unlock it when the cause is fixed", now, null, c.Place) { After = c.Run };
        return new LockDecision([new LockSet(set)], [], null);
    }
}
