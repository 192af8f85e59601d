using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.PostgreSql;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using Command = System.CommandLine.Command;

namespace ChatOps.Bot.Cli;

/// <summary>Proves that nothing that was kept was altered, and writes decisions out for auditors. Works on the database itself, whether the bot runs or not.</summary>
internal static class AuditCommand
{
    private const int AtOnce = 500;

    public static Command Of(Terminal terminal)
    {
        var command = new Command("audit", "Proves that nothing that was kept was altered or removed, and writes decisions out for auditors.");
        command.Add(Verify(terminal));
        command.Add(Export(terminal));
        return command;
    }

    private static Command Verify(Terminal terminal)
    {
        var database = DatabaseOption();
        var head = new Option<string?>("--head") { Description = "An end that was noted before, as this command prints it: that it is still part of the chain is checked too.", HelpName = "PLACE:HASH" };
        var command = new Command("verify", "Computes every entry's hash again, from the first to the last.") { database, head };
        command.SetAction((said, cancellationToken) => WithStoreAsync(said.GetValue(database), terminal, (store, stop) => VerifyAsync(store, said.GetValue(head), terminal, stop), cancellationToken));
        return command;
    }

    private static Command Export(Terminal terminal)
    {
        var database = DatabaseOption();
        var (from, to) = (TimeOption("--from", "The first day or moment of the period; left out: from the beginning."), TimeOption("--to", "Its end, which is not part of it; left out: up to now."));
        var format = new Option<string>("--format") { Description = "jsonl or csv.", DefaultValueFactory = _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        var command = new Command("export", "Writes every decision of a period: who, what, from where, on which plan, with the evidence that approvals were given on.") { database, from, to, format };
        command.SetAction((said, cancellationToken) => WithStoreAsync(
            said.GetValue(database), terminal, (store, stop) => ExportAsync(store, said.GetValue(from), said.GetValue(to), said.GetValue(format) == "csv", terminal, stop), cancellationToken));
        return command;
    }

    private static async Task<int> VerifyAsync(IStore store, string? noted, Terminal terminal, CancellationToken cancellationToken)
    {
        if (noted is not null && HeadOf(noted) is null)
        {
            terminal.Error.WriteLine("--head is a place and a hash as this command prints them: 42:3fe8…");
            return ExitCodes.Usage;
        }

        // The end first: what is appended while this runs comes after it.
        var end = await store.ReadChainHeadAsync(cancellationToken);
        var (check, faults, wanted) = (new ChainCheck(), 0, noted is null ? null : HeadOf(noted));
        await foreach (var entry in EntriesAsync(store, end?.Place ?? long.MaxValue, cancellationToken))
        {
            Tell(check.Next(entry));
            if (wanted is not null && entry.Place == wanted.Place) Tell(check.End(wanted));
        }

        Tell(check.End(end));
        if (wanted is not null && wanted.Place > check.Place) Tell(check.End(wanted));
        if (faults > 0)
        {
            terminal.Out.WriteLine($"The chain is broken in {Words.Count(faults, "place", "places")}; {Words.Count(check.Seen, "entry", "entries")} looked at.");
            return ExitCodes.Refused;
        }

        terminal.Out.WriteLine($"Whole: {Words.Count(check.Seen, "entry", "entries")}, nothing was altered or removed.");
        if (check.Seen > 0) terminal.Out.WriteLine($"Its end is {check.Place}:{check.Hash}. Note it elsewhere: --head proves later that all up to here is still as it was.");
        return ExitCodes.Done;

        void Tell(ChainFault? fault)
        {
            if (fault is null) return;
            faults++;
            if (faults <= 100) terminal.Out.WriteLine($"broken: {TerminalText.Line(fault.Says)}");
        }
    }

    private static async Task<int> ExportAsync(IStore store, DateTimeOffset? from, DateTimeOffset? to, bool csv, Terminal terminal, CancellationToken cancellationToken)
    {
        var lines = HouseAudit.Lines();
        if (csv) terminal.Out.WriteLine(AuditCsv.Header);
        await foreach (var entry in EntriesAsync(store, long.MaxValue, cancellationToken))
        {
            if (lines.Next(entry) is not { } line || line.At < from || line.At >= to) continue;
            terminal.Out.WriteLine(csv ? AuditCsv.Of(line) : JsonSerializer.Serialize(line, AuditJson.Plain.AuditLine));
        }

        return ExitCodes.Done;
    }

    private static async IAsyncEnumerable<ChainEntry> EntriesAsync(IStore store, long upTo, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var some = await store.ReadChainAsync(after, AtOnce, cancellationToken);
            foreach (var entry in some.Where(entry => entry.Place <= upTo)) yield return entry;
            if (some.Length < AtOnce || some[^1].Place >= upTo) yield break;
            after = some[^1].Place;
        }
    }

    private static async Task<int> WithStoreAsync(string? database, Terminal terminal, Func<IStore, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        using var settings = new ConfigurationManager();
        settings.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables();
        var faults = new List<string>();
        settings.AddSecrets(faults);
        var (sqlite, postgres) = BotSettings.Database(database ?? settings["ChatOps:Database"], faults);
        if (faults.Count == 0 && sqlite is not null && !File.Exists(sqlite.Path)) faults.Add($"There is no database {sqlite.Path}. Name it with --database.");
        if (faults.Count > 0)
        {
            foreach (var fault in faults) terminal.Error.WriteLine(TerminalText.Line(fault));
            return ExitCodes.Usage;
        }

        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        if (sqlite is not null) services.AddSqlite(sqlite);
        else services.AddPostgreSql(postgres!);
        await using var all = services.BuildServiceProvider();
        try
        {
            return await act(all.GetRequiredService<IStore>(), cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            terminal.Error.WriteLine(TerminalText.Line(unavailable.Message));
            return ExitCodes.Unreachable;
        }
    }

    private static ChainHead? HeadOf(string text) =>
        text.Split(':') is [var place, { Length: 2 * Chain.Size } hash] && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new ChainHead(number, hash.ToLowerInvariant()) : null;

    private static Option<string?> DatabaseOption() => new("--database") { Description = "sqlite:PATH or postgres://…; left out: ChatOps:Database, else ./data/chatops.db.", HelpName = "ADDRESS" };

    private static Option<DateTimeOffset?> TimeOption(string name, string what) => new(name)
    {
        Description = what,
        HelpName = "DATE",
        CustomParser = said =>
        {
            if (DateTimeOffset.TryParse(said.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return at;
            said.AddError($"{name} takes a date (2026-11-20) or a moment (2026-11-20T08:00Z), in UTC where no offset is given.");
            return null;
        },
    };
}
