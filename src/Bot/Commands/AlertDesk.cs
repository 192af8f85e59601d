using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What people say and click about alerts.</summary>
internal sealed class AlertDesk(AlertEngine alerts, Duty duty, Func<Configuration> configuration, BotAddress address)
{
    private const string AckVerb = "alert-ack", SilenceVerb = "alert-silence", OnCallVerb = "alert-oncall";

    public static bool Knows(CardAction action) => action.Verb is AckVerb or SilenceVerb or OnCallVerb;

    /// <summary>A click on an alert's card. What the card itself shows is not said a second time.</summary>
    public async Task<Reply> ClickAsync(Speaker speaker, CardAction action, string? reason, string delivery, CancellationToken cancellationToken)
    {
        var words = (action.Argument ?? "").Split(' ', 2);
        if (!AlertId.TryParse(words[0], out var id)) return Refused(new Refusal(RefusalCodes.AlertUnknown, "This button names no alert.", "Say alerts to see them."));
        var reply = action.Verb switch
        {
            AckVerb => await AcknowledgeAsync(speaker, id, delivery, cancellationToken),
            SilenceVerb => await SilenceAsync(speaker, new Command.Silence(id, words.ElementAtOrDefault(1) ?? "1h", reason), delivery, cancellationToken),
            _ => await OnCallAsync(id, cancellationToken),
        };
        return reply.Refusal is null && action.Verb != OnCallVerb ? new Reply(null) : reply;
    }

    public async Task<Reply> ListAsync(CancellationToken cancellationToken)
    {
        var (groups, promises) = await alerts.OpenAsync(cancellationToken);
        return new Reply(AlertLists.List(groups, promises, alerts.Now));
    }

    public async Task<Reply> WhyAsync(AlertId id, CancellationToken cancellationToken) => await alerts.FindAsync(id, cancellationToken) is { } group
        ? new Reply(AlertLists.Why(group, alerts.Now)) : Refused(AlertEngine.Unknown(id));

    public async Task<Reply> AcknowledgeAsync(Speaker speaker, AlertId id, string delivery, CancellationToken cancellationToken)
    {
        var (group, refusal) = await alerts.TellAsync(id, new AlertCommand.Acknowledge(speaker.Caller), delivery, null, cancellationToken);
        return refusal is not null ? Refused(refusal) : Said(speaker, group!, $"You look after {id}: {AlertWords.TitleOf(group!)}.");
    }

    public async Task<Reply> SilenceAsync(Speaker speaker, Command.Silence c, string delivery, CancellationToken cancellationToken)
    {
        if (!Durations.TryRead(c.For, out var length)) return Refused(new Refusal(RefusalCodes.WordUnknown, $"{Spoken.Quote(c.For)} is no length of time.", "Say 30m, 1h or 2d."));
        var (group, refusal) = await alerts.TellAsync(c.Alert, new AlertCommand.Silence(speaker.Caller, length, c.Reason), delivery, null, cancellationToken);
        if (refusal is not null) return Refused(refusal);
        var told = group!.Silence is { Systems.IsEmpty: false } silence ? $" {Words.List(silence.Systems)} is asked to; the card says when it is confirmed." : " Where it comes from can't be silenced from here.";
        return Said(speaker, group, $"{c.Alert} is silenced for {Words.Duration(length)}.{told}");
    }

    /// <summary>Who is in the group that the alert's route pages, as far as access.yaml says.</summary>
    private async Task<Reply> OnCallAsync(AlertId id, CancellationToken cancellationToken)
    {
        if (await alerts.FindAsync(id, cancellationToken) is not { } group) return Refused(AlertEngine.Unknown(id));
        var current = configuration();
        var names = group.Route?.Page is { } page ? [page] : current.Service(group.Began.Service ?? "")?.Owners ?? [];
        if (names.IsEmpty) return new Reply(Answers.Said("Nobody is named for this alert: its route pages nobody, and its service is not known."));
        if (group.Route?.Page is { } paged && current.OnCall.Find(paged.Name) is not null)
        {
            var (people, escalate) = await duty.ChainAsync(paged, cancellationToken);
            if (!people.IsEmpty) return new Reply(Answers.Said($"For {id}, {paged}: {people[0].ShortName}{(people.Length > 1 ? $"; after {Words.Duration(escalate)} without an answer {Words.List(people.Skip(1).Select(one => one.ShortName))}" : "")}."));
        }

        var who = names.Select(name => current.Access.Groups.FirstOrDefault(one => one.Name == name) is { Members.IsEmpty: false } known
            ? $"{name}: {Words.List(known.Members.Select(one => one.Email).Order(StringComparer.Ordinal))}" : $"{name}");
        return new Reply(Answers.Said($"For {id}: {string.Join("; ", who)}."));
    }

    private Reply Said(Speaker speaker, AlertGroup group, string sentence) =>
        new(speaker.Place is null ? AlertCard.Of(group, alerts.Now, [], address.Public) : Answers.Said(sentence));

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
