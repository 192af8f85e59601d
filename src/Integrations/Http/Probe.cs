using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;

namespace ChatOps.Integrations.Http;

/// <summary>What came of a question that is asked only to see whether it can be.</summary>
/// <param name="Status">Zero when nothing answered; then <paramref name="Why"/> says so.</param>
/// <param name="Start">The beginning of the body.</param>
/// <param name="Theirs">The other side's clock.</param>
internal sealed record ProbeAnswer(int Status, byte[] Start, HttpResponseHeaders? Headers, DateTimeOffset? Theirs, string? Why)
{
    public bool IsFine => Status is >= 200 and < 300;
}

/// <summary>Asks one question, and judges the answers that mean the same everywhere.</summary>
internal static class Probe
{
    private const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(30), Harmful = TimeSpan.FromMinutes(2);

    /// <param name="with">Puts on the request what it needs to be let in.</param>
    public static async Task<ProbeAnswer> AskAsync(HttpMethod method, Uri url, Action<HttpRequestMessage> with, CancellationToken cancellationToken)
    {
        using var http = JsonCalls.NewHttp();
        using var request = new HttpRequestMessage(method, url);
        request.Headers.UserAgent.ParseAdd("chatops");
        with(request);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var (start, _) = await response.Content.ReadAtMostAsync(MostBytes, cancellationToken);
            return new ProbeAnswer((int)response.StatusCode, start, response.Headers, response.Headers.Date, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new ProbeAnswer(0, [], null, null, Lost.InWords(e));
        }
    }

    /// <summary>What an answer means where a key was sent along.</summary>
    /// <param name="keys">The settings that hold the key and the address, for people to look at.</param>
    /// <param name="may">What the key has to be allowed.</param>
    public static Symptom Judge(this ProbeAnswer answer, string system, string what, string fine, string keys, string may) => answer switch
    {
        { Why: { } why } => new(system, what, Health.Bad, $"{system} can't be reached: {why}.", $"Check the address in {keys}, and whether this machine may reach it."),
        { Status: 401 } => new(system, what, Health.Bad, $"{system} does not accept the key.", $"Check {keys}: it may have been revoked or copied short."),
        { Status: 403 } => new(system, what, Health.Bad, $"{system} knows the key but does not let it in.", $"Give it {may}."),
        { Status: 404 } => new(system, what, Health.Bad, $"{system} has nothing at this address.", $"Check {keys}."),
        { IsFine: true } => new(system, what, Health.Good, fine),
        _ => new(system, what, Health.Weak, $"{system} answered {answer.Status.ToString(CultureInfo.InvariantCulture)}.", "Look again in a minute."),
    };

    /// <summary>Whether two clocks agree: signatures and tokens count on it.</summary>
    public static ImmutableArray<Symptom> Clocks(this ProbeAnswer answer, string system, DateTimeOffset ours)
    {
        if (answer.Theirs is not { } theirs) return [];
        var apart = (ours - theirs).Duration();
        var says = $"The clocks of {system} and of this machine are {apart.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s apart.";
        return apart < Noticed ? [new(system, "clock", Health.Good, $"Its clock and this machine's agree.")]
            : [new(system, "clock", apart < Harmful ? Health.Weak : Health.Bad, says, "Let this machine set its clock by NTP: signed requests are refused when they seem to be minutes old.")];
    }
}
