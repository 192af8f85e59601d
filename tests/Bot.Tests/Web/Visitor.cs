using System.Net;
using System.Text.RegularExpressions;

namespace ChatOps.Bot.Tests.Web;

/// <summary>A browser of somebody outside: it keeps secure cookies as over TLS, shows each answer before it goes on, and can be copied with all it keeps.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Uri home;

    public Visitor(Uri home, IEnumerable<KeyValuePair<string, string>>? cookies = null) => (this.home, Cookies) = (home, new Dictionary<string, string>(cookies ?? []));

    public Dictionary<string, string> Cookies { get; }

    /// <summary>Where its requests arrive, as a proxy in front of several replicas sends them; null = at the address itself.</summary>
    public Uri? Through { get; set; }

    /// <summary>The raw lines of the last answer that set cookies.</summary>
    public string[] LastSet { get; private set; } = [];

    public Visitor Copy() => new(home, Cookies);

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(home, path)));

    /// <param name="origin">Where the browser says the form comes from; null = our own page.</param>
    public Task<Answer> PostAsync(string path, string? origin = null, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(home, path)) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add("Origin", origin ?? home.GetLeftPart(UriPartial.Authority));
        return SendAsync(request);
    }

    /// <summary>From the choice of providers to the page that comes of it, or to the provider's refusal.</summary>
    public async Task<Answer> SignInAsync(string system, string back = "/")
    {
        var sent = await GetAsync($"/signin/{system}?back={Uri.EscapeDataString(back)}");
        return await GetAsync(await AgreeAsync(sent));
    }

    /// <summary>Agrees at the provider, and gives the address that it sends the browser back to.</summary>
    public async Task<string> AgreeAsync(Answer sent)
    {
        using var agreed = await http.GetAsync(sent.Location);
        return agreed.Headers.Location!.AbsoluteUri;
    }

    public static string TokenOf(string page) => Regex.Match(page, "name=\"token\" value=\"([^\"]*)\"").Groups[1].Value;

    public void Dispose() => http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (Cookies.Count > 0 && request.RequestUri!.Authority == home.Authority) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(pair => $"{pair.Key}={pair.Value}")));
            if (Through is { } replica && request.RequestUri!.Authority == home.Authority)
            {
                request.Headers.Host = home.Authority;
                request.RequestUri = new Uri(replica, request.RequestUri.PathAndQuery);
            }

            using var answer = await http.SendAsync(request);
            LastSet = answer.Headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines] : [];
            foreach (var line in LastSet)
            {
                var (name, value) = (line[..line.IndexOf('=')], line[(line.IndexOf('=') + 1)..].Split(';')[0]);
                if (value.Length == 0) Cookies.Remove(name);
                else Cookies[name] = value;
            }

            return new Answer(answer.StatusCode, answer.Headers.Location?.OriginalString ?? "", await answer.Content.ReadAsStringAsync());
        }
    }
}

internal sealed record Answer(HttpStatusCode Status, string Location, string Body);
