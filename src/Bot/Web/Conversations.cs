using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>What was said and answered in each browser, so that an answer is still there on the next page and after a reload.</summary>
/// <remarks>A convenience, kept in memory and bounded: what matters is in the runs. Each answer is shown to the one it was given to, and nobody else.</remarks>
internal sealed class Conversations
{
    private const int Lines = 30;
    private const int Browsers = 200;

    private readonly Dictionary<(string Visit, Person? Person), (long Touched, ImmutableArray<ConversationLine> Lines)> all = [];
    private readonly Lock gate = new();
    private long touches;

    /// <summary>Oldest first.</summary>
    public ImmutableArray<ConversationLine> Of(Viewer viewer)
    {
        if (viewer.Visit is not { } visit) return [];
        lock (gate) return all.TryGetValue((visit, viewer.Caller.Person), out var kept) ? kept.Lines : [];
    }

    /// <summary>Keeps a line in place of the one with its id, if there was one.</summary>
    public void Keep(Viewer viewer, ConversationLine line) => Change(viewer, lines =>
    {
        var others = lines.RemoveAll(other => other.Id == line.Id);
        return (others.Length >= Lines ? others.RemoveAt(0) : others).Add(line);
    });

    /// <summary>Takes a line back: what it said no longer holds.</summary>
    public void Forget(Viewer viewer, string id) => Change(viewer, lines => lines.RemoveAll(line => line.Id == id));

    private void Change(Viewer viewer, Func<ImmutableArray<ConversationLine>, ImmutableArray<ConversationLine>> change)
    {
        if (viewer.Visit is not { } visit) return;
        var key = (visit, viewer.Caller.Person);
        lock (gate)
        {
            all[key] = (++touches, change(all.TryGetValue(key, out var kept) ? kept.Lines : []));
            if (all.Count > Browsers) all.Remove(all.MinBy(pair => pair.Value.Touched).Key);
        }
    }
}

/// <param name="Id">An element's id.</param>
/// <param name="Said">What was typed; null where a button was clicked.</param>
/// <param name="Beside">The run whose card was clicked; the answer stands beside it.</param>
/// <param name="Points">The run that the answer is: its own card shows it.</param>
internal sealed record ConversationLine(string Id, DateTimeOffset At, string? Said, Reply Reply, RunId? Beside, RunId? Points);
