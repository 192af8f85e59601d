using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Slack;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Microsoft.AspNetCore.WebUtilities;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The real bot as Slack's own payloads meet it: they come in over the front door byte for byte, and its answers go out by a proxy to what stands at <c>hooks.slack.com</c>.</summary>
/// <remarks>Home is the workspace that most of them name, T111, with three of its accounts as Ana, Ben and Cleo. Three more are of other workspaces, and nobody else is known.</remarks>
public class RecordedSlack : IAsyncLifetime
{
    public const string Folder = "slack";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What Slack waits at most.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private HttpClient http = null!;

    public Stage Stage { get; private set; } = null!;

    public HooksStandIn Hooks { get; private set; } = null!;

    public BotProcess Bot { get; private set; } = null!;

    /// <summary>Every recorded payload, by its name.</summary>
    public static IEnumerable<string> Files => Recordings.Ending(Folder, ".json").Concat(Recordings.Ending(Folder, ".form.txt")).Select(name => name[(Folder.Length + 1)..]).Order(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        Stage = await Stage.SetAsync();
        Hooks = await HooksStandIn.StartAsync();
        var slack = Stage.Slack;
        slack.TeamId = Home;
        foreach (var channel in (string[])["111", "123", "00FAKECHAN1"]) slack.AddChannel(channel);
        Add("W111", "ana@example.com", "T111");
        Add("W222", "ben@example.com", "T111");
        Add("U111", "cleo@example.com", "T111");
        foreach (var (id, team) in ((string, string)[])[("U123", "T123"), ("U234", "T123"), ("U00FAKEUSER1", "T00FAKE00AA")]) Add(id, $"{id}@elsewhere.example.com", team);
        foreach (var (key, value) in Hooks.Settings.Concat(Further())) Stage.Settings[key] = value;
        Bot = await Stage.StartBotAsync();
        http = Bot.NewClient();

        // So that no row waits for what a process does the first time.
        await First.TypeAsync("C111", "/status");

        void Add(string id, string email, string team) => slack.AddUser(email.Split('@')[0], email, user => (user["id"], user["team_id"]) = (id, team));
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(Bot.Output);
        http.Dispose();
        await Bot.DisposeAsync();
        await Hooks.DisposeAsync();
        await Stage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same as <see cref="PostAsync"/>, and within the time that Slack gives it. On a machine that is busy with other things it may be late twice, not three times.</summary>
    public async Task<string> PostInTimeAsync(string file)
    {
        for (var tries = 1; ; tries++)
        {
            var watch = Stopwatch.StartNew();
            var answered = await PostAsync(file);
            if (watch.Elapsed < Limit) return answered;
            tries.ShouldBeLessThan(3, $"{file}: after {watch.Elapsed} Slack would have shown the person an error.");
        }
    }

    /// <summary>What somebody is shown for a recorded command: at once, or, where it is put off, at the address that came with it.</summary>
    public async Task<string> TellAsync(string file, Func<string, string>? edit = null)
    {
        var before = Hooks.Answers.Count;
        return await ToldAsync(file, await PostAsync(file, edit), before);
    }

    /// <inheritdoc cref="TellAsync"/>
    /// <param name="before">How many answers there were before it was sent.</param>
    public async Task<string> ToldAsync(string file, string acknowledged, int before)
    {
        var shown = Shown(acknowledged);
        if (!shown.StartsWith("Working on it", StringComparison.Ordinal)) return shown;
        var address = new Uri(QueryHelpers.ParseQuery(Recordings.Text($"{Folder}/{file}"))["response_url"].ToString());
        return (await Hooks.AnswerAsync(one => one.Path == address.AbsolutePath, before, Patience)).Says;
    }

    /// <summary>Posts a recorded payload to where Slack posts it, signed, and gives what Slack would get with a 200.</summary>
    /// <param name="edit">Puts words of the test's own in; left out, it goes as it was recorded, to the byte.</param>
    public async Task<string> PostAsync(string file, Func<string, string>? edit = null)
    {
        var recorded = Recordings.Bytes($"{Folder}/{file}");
        var payload = edit is null ? recorded : Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(recorded)));
        var (path, body, type) = Kind(file) switch
        {
            "command" => ("slack/commands", payload, "application/x-www-form-urlencoded"),
            "event" => ("slack/events", payload, "application/json"),
            "suggestion" => ("slack/options", Form(payload), "application/x-www-form-urlencoded"),
            _ => ("slack/interactions", Form(payload), "application/x-www-form-urlencoded"),
        };
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add(SlackSignature.TimestampHeader, timestamp);
        request.Headers.Add(SlackSignature.SignatureHeader, SlackSignature.Sign(Stage.Slack.SigningSecret, timestamp, body));
        using var answer = await http.SendAsync(request);
        var answered = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{file}: {answered}");
        if (answered.StartsWith('{')) answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return answered;
    }

    /// <summary>Which kind of request the file holds.</summary>
    public static string Kind(string file) =>
        file.EndsWith(".form.txt", StringComparison.Ordinal) ? "command"
        : file.StartsWith("event_callback-", StringComparison.Ordinal) || file.StartsWith("log-", StringComparison.Ordinal) || file is "app_rate_limited.json" or "url_verification.json" ? "event"
        : file.StartsWith("block_suggestion", StringComparison.Ordinal) ? "suggestion" : "interaction";

    /// <summary>What of an answer is for people, judged as Slack would judge it.</summary>
    public static string Shown(string answer)
    {
        var body = (JsonObject)JsonNode.Parse(answer)!;
        new HookAnswer("", "", "", body).Faults.ShouldBeEmpty(answer);
        return new HookAnswer("", "", "", body).Says;
    }

    /// <summary>Nothing was begun, posted for everybody or asked of any other system.</summary>
    public async Task NothingChangedAsync()
    {
        Stage.Cluster.Changes.ShouldBeEmpty();
        Stage.Slack.Messages.Where(message => !message.Channel.StartsWith('D')).ShouldBeEmpty();
        Hooks.Refused.ShouldBeEmpty();
        (await http.GetStringAsync("/api/v1/runs")).ShouldBe("[]");
    }

    /// <summary>The workspace of the bot's own token.</summary>
    protected virtual string Home => "T111";

    /// <summary>Whoever asks for something first.</summary>
    protected virtual SlackUser First => Stage.Slack.User("W111", http);

    /// <summary>Settings beside the stage's.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string?>> Further() => [];

    private static byte[] Form(byte[] payload) => Encoding.ASCII.GetBytes("payload=" + WebUtility.UrlEncode(Encoding.UTF8.GetString(payload)));
}
