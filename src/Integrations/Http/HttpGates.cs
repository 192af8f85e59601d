using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary><c>http</c>: 1 while an address answers with a 2xx, 0 while it answers otherwise or not at all.</summary>
/// <remarks>That nobody answers is what it is there to see, and no lack of knowledge. That the address may not be asked is one.</remarks>
internal sealed class HttpGate(GuardedHttp http) : IGateSource
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public string Name => "http";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        if (Addresses.Read(question.Query.Text) is not { } url) return GateReading.Unknown("the address is no full http or https address.");
        var outcome = await http.SendAsync(GuardedRequest.Get(url, Timeout) with { Redirects = 0, Headers = question.Query.Headers.ToImmutableDictionary() }, cancellationToken);
        var reading = outcome switch
        {
            Outcome<GuardedAnswer>.Done done => GateReading.Known(done.Value.Status is >= 200 and < 300 ? 1 : 0),
            Outcome<GuardedAnswer>.Later => GateReading.Known(0),
            Outcome<GuardedAnswer>.Never never => GateReading.Unknown(never.Fault.InWords()),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
        return reading with { Link = url.Plain() };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("An address tells nothing of the time before."));
}

/// <summary><c>json</c>: a number out of a JSON answer, from any address that the settings allow.</summary>
internal sealed class JsonGate(GuardedHttp http) : IGateSource
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public string Name => "json";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        if (Addresses.Read(question.Query.Text) is not { } url) return GateReading.Unknown("the address is no full http or https address.");
        var outcome = await http.SendAsync(GuardedRequest.Get(url, Timeout) with { Headers = question.Query.Headers.ToImmutableDictionary() }, cancellationToken);
        var reading = outcome switch
        {
            Outcome<GuardedAnswer>.Done { Value: { Status: 200, Cut: false } answer } => Number(url, answer.Body, question.Query.Path ?? ""),
            Outcome<GuardedAnswer>.Done { Value: { Status: 200 } } => GateReading.Unknown($"{url.InWords()} answered more than is read."),
            Outcome<GuardedAnswer>.Done done => GateReading.Unknown($"{url.InWords()} answered {done.Value.Status}, not 200."),
            Outcome<GuardedAnswer>.Later later => GateReading.Unknown(later.Why),
            Outcome<GuardedAnswer>.Never never => GateReading.Unknown(never.Fault.InWords()),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
        return reading with { Link = url.Plain() };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("An address tells nothing of the time before."));

    /// <summary>A number, or a text that is one: many write them so.</summary>
    private static GateReading Number(Uri url, string body, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (JsonFields.Find(json.RootElement, path) is not { } text || text == "null") return GateReading.Unknown($"{url.InWords()} has no {path} in its answer.");
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? GateReading.Known(value) : GateReading.Unknown($"{path} in the answer of {url.InWords()} is not a number.");
        }
        catch (JsonException)
        {
            return GateReading.Unknown($"{url.InWords()} answered something that is not JSON.");
        }
    }
}
