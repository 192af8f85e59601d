using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Bot.Engine;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Sends a step's HTTP request.</summary>
/// <remarks>A request that changes something is sent once per try: when its answer is lost, the step fails and says so, rather than sending it again blindly.</remarks>
internal sealed partial class RequestHandler(RunEngine engine, GuardedHttp http, IConfiguration settings) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.HttpKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var (run, call) = (errand.Run, (HttpCall)errand.Step.Step);
        Task<Done> Refuse(string code, string why, string? next) => ReportAsync(errand, new WorldRefused(new Fault(code, why, next)), cancellationToken);
        if (errand.Work.Attempt > 1 && call.Changes) return await Refuse("answer-lost", $"{call.Method} {call.Url} was sent, and its answer was lost.", "Look whether it was done, then retry or skip.");
        if (!Uri.TryCreate(run.Fill(call.Url), UriKind.Absolute, out var url)) return await Refuse("bad-address", $"{call.Url} is no address once it is filled in.", null);
        if (Headers(run, call) is not { } headers) return await Refuse("secret-missing", "A header names a secret that the settings do not have.", "Set Http:Secrets:NAME.");
        var request = new GuardedRequest(new HttpMethod(call.Method), url, headers, call.Body is null ? null : run.Fill(call.Body), call.Timeout) { Redirects = call.Changes ? 0 : GuardedRequest.MostRedirects };

        // Once it is on its way it is waited for, also while the process stops: given up, nobody would know whether it was done.
        return await http.SendAsync(request, call.Changes ? CancellationToken.None : cancellationToken) switch
        {
            Outcome<GuardedAnswer>.Done done => await ReportAsync(errand, Judge(call, done.Value), cancellationToken),
            Outcome<GuardedAnswer>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            Outcome<GuardedAnswer>.Later later when call.Changes => await Refuse("no-answer", $"{later.Why} Whether it was done can't be told.", "Look, then retry or skip."),
            Outcome<GuardedAnswer>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    /// <summary>Headers with what was kept and with secrets filled in; null when a secret is missing. They are kept nowhere.</summary>
    private ImmutableDictionary<string, string>? Headers(RunState run, HttpCall call)
    {
        var missing = false;
        var headers = call.Headers.ToImmutableDictionary(header => header.Key, header => Secret().Replace(run.Fill(header.Value), match =>
        {
            var secret = settings[$"Http:Secrets:{match.Groups["name"].Value}"];
            missing |= string.IsNullOrEmpty(secret);
            return secret ?? "";
        }));
        return missing ? null : headers;
    }

    private static RequestAnswered Judge(HttpCall call, GuardedAnswer answer)
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;
        if (answer.Status != call.Expect) return new RequestAnswered(false, $"{answer.Status}, expected {call.Expect}", none);
        if (call.Json.IsEmpty && call.Capture.IsEmpty) return new RequestAnswered(true, $"{answer.Status}", none);
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            if (JsonFields.Wrong(json.RootElement, call.Json) is { } wrong) return new RequestAnswered(false, wrong, none);
            var kept = call.Capture.ToImmutableSortedDictionary(value => value.Key, value => JsonFields.Find(json.RootElement, value.Value) ?? "");
            return kept.FirstOrDefault(value => value.Value.Length == 0) is { Key: { } missing }
                ? new RequestAnswered(false, $"{call.Capture[missing]} is missing from the answer", none)
                : new RequestAnswered(true, $"{answer.Status}", kept.ToImmutableSortedDictionary(value => value.Key, value => value.Value.Length > 500 ? value.Value[..500] : value.Value));
        }
        catch (JsonException)
        {
            return new RequestAnswered(false, "an answer that is not JSON", none);
        }
    }

    [GeneratedRegex(@"\{secret:(?<name>[A-Za-z0-9_.-]+)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
