using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows what is known about a change before it is started.</summary>
internal static class OutlookBlocks
{
    private const int MostChanges = 12;

    public static IEnumerable<Fact> Facts(Outlook outlook)
    {
        yield return new("Window", outlook.Window.Says);
        if (outlook.Usual is { } usual) yield return new("Usually takes", $"{usual.Says()}, told from {Words.Count(usual.Runs, "run", "runs")}");
    }

    public static IEnumerable<CardBlock> Of(Outlook outlook, Func<DateTimeOffset, string> clock)
    {
        if (outlook.FailedBefore is { } failed) yield return new CardBlock.Notice(Tone.Warning, failed);
        if (outlook.Changes is { Dropped: > 0 } back) yield return new CardBlock.Notice(Tone.Warning, $"{Words.Count(back.Dropped, "commit", "commits")} that run there now are not part of this version and would be dropped.");
        if (outlook.Changes is { } changes) yield return Changed(changes);
        else if (outlook.NoChanges is { } why) yield return new CardBlock.Text(why, "What it brings");
        foreach (var one in outlook.Operations) yield return OperationBlocks.Block($"{one.Title} would change, as it stands now", one.Shows);
        if (!outlook.Items.IsEmpty) yield return new CardBlock.List("Verified by itself, as it stands now", [.. outlook.Items.Select(item => new ListLine($"{item.Text}: {item.Answer.Says}", ToneOf(item.Answer.Verdict)))]);
        foreach (var approval in outlook.Approvers)
            yield return new CardBlock.List($"{approval.Approval}: {approval.Needed} of these", [.. Lines(approval, clock)]);
    }

    private static CardBlock.List Changed(ChangeSet changes)
    {
        var lines = changes.PullRequests.Select(one => $"#{one.Number} {one.Title} ({one.Author})").ToList();
        if (lines.Count == 0) lines = [.. changes.Commits.Reverse().Select(one => $"{one.Id[..Math.Min(7, one.Id.Length)]} {one.Title} ({one.Author})")];
        var more = lines.Count > MostChanges ? [new ListLine($"and {lines.Count - MostChanges} more")] : ImmutableArray<ListLine>.Empty;
        var authors = changes.Commits.Select(one => one.Author).Distinct().Count();
        var heading = changes.Commits.IsEmpty
            ? "It brings no commits"
            : $"It brings {Words.Count(changes.Commits.Length, "commit", "commits")}{(changes.Truncated ? " or more" : "")} by {Words.Count(authors, "author", "authors")}, in {Words.Count(changes.Paths.Length, "file", "files")}";
        return new CardBlock.List(heading, [.. lines.Take(MostChanges).Select(line => new ListLine(line)), .. more]);
    }

    private static IEnumerable<ListLine> Lines(ApproverOutlook approval, Func<DateTimeOffset, string> clock)
    {
        if (!approval.People.IsEmpty) yield return new ListLine(Words.List(approval.People), approval.People.Length < approval.Needed && approval.Unknown.IsEmpty ? Tone.Bad : Tone.Neutral);
        if (!approval.Unknown.IsEmpty) yield return new ListLine($"whoever is in {Words.List(approval.Unknown)}, which can't be looked up now", Tone.Warning);
        if (approval.Unknown.IsEmpty && approval.People.Length < approval.Needed) yield return new ListLine("Not enough people could approve it.", Tone.Bad);
        if (!approval.InHours) yield return new ListLine($"It is outside working hours{(approval.NextHours is { } next ? $": they begin {clock(next)}" : "")}.", Tone.Warning);
    }

    private static Tone ToneOf(EvidenceVerdict verdict) => verdict switch
    {
        EvidenceVerdict.Holds => Tone.Good,
        EvidenceVerdict.Fails => Tone.Bad,
        EvidenceVerdict.Pending => Tone.Waiting,
        _ => Tone.Warning,
    };
}
