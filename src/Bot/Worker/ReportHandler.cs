using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Tells a group how its week went.</summary>
internal sealed class ReportHandler(Reports reports, Chats chats, Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    /// <summary>After so many tries the week is given up: the next one comes.</summary>
    private const int Patience = 30;

    public ImmutableArray<string> Kinds => [Reports.Kind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var (group, due) = JsonSerializer.Deserialize(work.Item.Payload, ReportJson.Default.AboutReport)!;
        var current = configuration();
        if (current.Access.Groups.FirstOrDefault(one => one.Name.Name == group)?.Report is not { } wanted || await reports.WasSentAsync(group, due, cancellationToken)) return new Done.Finished();
        if (PlaceOf(wanted.Channel) is { } place && chats.For(place.Surface) is { } chat)
        {
            var report = await reports.MakeAsync(null, group, due - Reports.Week, due, cancellationToken);
            var card = ReportCard.Of(report, $"The week of {group}", at => $"{current.Calendar.Zone.Says(at)} {current.Calendar.Zone}", address.Public);
            if (await chat.SayAsync(work, place, card, $"{Reports.Kind}:{group}:{due.ToUnixTimeSeconds()}", null, cancellationToken) is Outcome<Posted>.Later later && work.Attempt < Patience) return work.Again(later);
        }

        await reports.SentAsync(group, due, wanted, work, cancellationToken);
        return new Done.Kept();
    }

    private Place? PlaceOf(string channel) => Book.PlaceOf(channel) is { } named && chats.For(named.Surface) is not null ? named : new Place("slack", channel);
}
