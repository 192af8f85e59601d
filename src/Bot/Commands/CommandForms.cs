using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Commands as questions: which service, where, which version or run, and why. What helps to choose stands beside each answer.</summary>
internal sealed class CommandForms(KnownWords words, VersionLists versions, Readings readings, Func<Configuration> configuration)
{
    /// <summary>What is chosen where neither a service nor an environment is meant alone.</summary>
    private const string Everything = "everything";

    private const int RunsOffered = 50;

    /// <summary>The form for somebody: places that they may not do it in are not offered, as long as there is one that they may.</summary>
    public async Task<Form> OfAsync(Caller caller, AskedWords asked, CancellationToken cancellationToken)
    {
        var kind = CommandFields.Of(asked.Command)!;
        var known = asked.Answers.ToDictionary(answer => answer.Key, answer => answer.Value);
        var fields = ImmutableArray.CreateBuilder<FormField>();
        if (kind.Words.Contains(CommandFields.Service)) fields.AddRange(await PlacesAsync(caller, kind, known, cancellationToken));
        if (kind.Words.Contains(CommandFields.Run)) fields.Add(await RunsAsync(kind, known.GetValueOrDefault(CommandFields.Run), cancellationToken));
        foreach (var name in kind.Names.Except(fields.Select(field => field.Name)).ToList()) fields.Add(Text(kind, name, known.GetValueOrDefault(name)));
        return new Form(kind.Title, asked.Rest.Length > 0 ? $"{kind.Command} {asked.Rest}" : kind.Command, fields.ToImmutable());
    }

    /// <summary>The form with what is answered so far.</summary>
    /// <param name="command">As the form has it.</param>
    public Task<Form> FilledInAsync(Caller caller, string command, IReadOnlyList<KeyValuePair<string, string>> answers, CancellationToken cancellationToken)
    {
        var kind = CommandFields.Of(command)!;
        return OfAsync(caller, new AskedWords(kind.Command, [.. answers.Where(answer => answer.Value.Length > 0 && kind.Names.Contains(answer.Key)).DistinctBy(answer => answer.Key)], command[kind.Command.Length..].Trim()), cancellationToken);
    }

    /// <summary>The form made anew with what is answered so far; null when the command is of another kind.</summary>
    public async Task<Form?> AgainAsync(Caller caller, string command, IReadOnlyList<KeyValuePair<string, string>> answers, CancellationToken cancellationToken)
    {
        // The version was chosen for a service: with another it is to be chosen again.
        return CommandFields.Of(command) is null ? null : await FilledInAsync(caller, command, [.. answers.Where(answer => answer.Key is not (CommandFields.Version or CommandFields.To))], cancellationToken);
    }

    /// <summary>Versions that go with what is typed, for a service; what is typed itself comes last, when it can be a version and is not among them.</summary>
    public async Task<ImmutableArray<Suggestion>> LookAsync(string service, string typed, CancellationToken cancellationToken)
    {
        if ((await words.NowAsync(cancellationToken)).Service(service) is not { } named) return [];
        var (all, like) = (await versions.OfAsync(named, cancellationToken), typed.Trim());
        var found = all.Where(one => one.Value.Contains(like, StringComparison.OrdinalIgnoreCase));
        return Versions.IsOne(like) && all.All(one => one.Value != like) ? [.. found, new Suggestion(like, "as typed")] : [.. found];
    }

    private async Task<IEnumerable<FormField>> PlacesAsync(Caller caller, CommandFields kind, Dictionary<string, string> known, CancellationToken cancellationToken)
    {
        var current = configuration();
        var right = CommandWords.Find(kind.Command)!.Needs ?? Right.Deploy;
        var all = current.Services.SelectMany(one => one.Environments, (one, environment) => (Service: one.Name, Environment: environment.Name, one.Owners)).ToList();
        var allowed = all.Where(place => current.Access.Refuse(caller, right, place.Environment, place.Owners) is null).ToList();
        if (allowed.Count == 0) allowed = all;

        // Of a lock either may be left out, so nothing follows from the service; of what changes something neither.
        var exact = right != Right.Lock;
        ImmutableArray<string> services = [.. exact ? [] : (string[])[Everything], .. allowed.Select(place => place.Service).Distinct(StringComparer.OrdinalIgnoreCase)];
        var service = known.GetValueOrDefault(CommandFields.Service) ?? (services is [var only] ? only : null);
        ImmutableArray<string> environments = [.. allowed.Where(place => !exact || service is null || Vocabulary.Same(place.Service, service)).Select(place => place.Environment).Distinct(StringComparer.OrdinalIgnoreCase)];
        var environment = known.GetValueOrDefault(CommandFields.Environment) is { } said && environments.Contains(said, StringComparer.OrdinalIgnoreCase) ? said : exact && environments is [var one] ? one : null;
        var fields = new List<FormField>
        {
            new(CommandFields.Service, "choice", exact ? "" : "Left empty: every service in the environment.", service, exact, services) { Leads = exact },
            new(CommandFields.Environment, "choice", exact ? "" : "Left empty: every environment.", environment, exact, environments) { Under = exact ? service ?? "" : null },
        };
        if (kind.Names.FirstOrDefault(name => name is CommandFields.Version or CommandFields.To) is not { } version) return fields;
        var suggested = service is not null && (await words.NowAsync(cancellationToken)).Service(service) is { } named ? await versions.OfAsync(named, cancellationToken) : [];
        return fields.Append(new(version, "text", version == CommandFields.To ? "Left empty: the version before." : "An image's tag, or its digest.", known.GetValueOrDefault(version), version != CommandFields.To, []) { Label = version == CommandFields.To ? "Back to version" : "Version", Suggested = suggested, Under = service ?? "" });
    }

    /// <summary>The runs that it can be about, each with what it does; with none to choose from, room for a number.</summary>
    private async Task<FormField> RunsAsync(CommandFields kind, string? known, CancellationToken cancellationToken)
    {
        var alsoOver = kind.Command is "show" or "note" or "unwatch" or "vouch";
        var rows = await readings.RunsAsync(new RunQuery(Open: alsoOver ? null : true, AtMost: RunsOffered), cancellationToken);
        var offered = rows.Select(row => new Suggestion($"{row.Number}", $"{Answers.WhatOf(row)} in {row.Environment}: {Answers.StatusOf(row)}")).ToList();
        if (known is not null && offered.All(one => one.Value != known)) offered.Insert(0, new Suggestion(known, ""));
        return new FormField(CommandFields.Run, offered.Count > 0 ? "choice" : "text", offered.Count > 0 ? "" : "Its number. No run is open now.", known ?? (offered is [var only] ? only.Value : null), Required: true, [.. offered.Select(one => one.Value)]) { Suggested = [.. offered] };
    }

    private static FormField Text(CommandFields kind, string name, string? known) => name switch
    {
        CommandFields.Reason => new(name, "text", kind.Command switch { "deploy" or "rollback" => "For those who approve, and those who read it later.", "lock" or "freeze" => "Everybody whom it stops reads it.", _ => "It is kept with the run, for everybody to read." }, known, kind.Command is not ("deploy" or "rollback"), []),
        CommandFields.Note => new(name, "text", "It is kept with the run, for everybody to read.", known, Required: true, []),
        CommandFields.Person => new(name, "text", "Their e-mail address.", known, Required: true, []) { Label = "To whom" },
        CommandFields.Step => new(name, "text", "Its name, or its id like s3. Left empty: the one that the run is at.", known, Required: false, []),
        CommandFields.Until => new(name, "text", "Like tomorrow 10:00, Monday, in 2h.", known, Required: false, []),
        _ => new(name, "text", "", known, Required: true, []),
    };
}
