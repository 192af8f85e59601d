using System.Globalization;
using System.Net.Http.Json;

namespace ChatOps.Benchmarks;

/// <summary>An open page of one run, as far as its server-sent events go.</summary>
internal sealed class LiveClient(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public static async Task<LiveClient> OpenAsync(HttpClient http, int run, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/live?topic={run}"));

        // Each is a browser of its own, so that its forms carry a token of its own.
        request.Headers.Add("Cookie", $"chatops-visit={Guid.NewGuid():N}");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return new LiveClient(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
    }

    /// <summary>Presses a button as the console does, as Ana.</summary>
    public static async Task PressAsync(HttpClient http, string action)
    {
        using var answer = await http.PostAsJsonAsync("/api/v1/clicks", new { action, @as = "ana@example.com" });
        var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        if (body.Contains("refusal", StringComparison.Ordinal)) throw new InvalidOperationException(body);
    }

    /// <summary>Reads on until the run's card comes with these words.</summary>
    public async Task UntilAsync(string words, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"run-", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal)) return;
        }

        throw new InvalidOperationException("The page's connection ended.");
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
