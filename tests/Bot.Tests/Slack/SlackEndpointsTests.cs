using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Slack;

public sealed class SlackEndpointsTests : IAsyncLifetime
{
    private static readonly CardAction Approve = new("approve", new RunId(128), new StepId("s2"), "plan-1");
    private readonly ConcurrentQueue<string> heard = new();
    private readonly ConcurrentQueue<string> logged = new();
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-slack-").FullName;
    private Func<string, Task<Reply>> desk = words => Task.FromResult(new Reply(Card("You said: " + words)));
    private SlackStandIn slack = null!;
    private WebApplication bot = null!;
    private HttpClient http = null!;
    private SlackUser ana = null!;

    public async ValueTask InitializeAsync()
    {
        slack = await SlackStandIn.StartAsync();
        bot = await StartBotAsync(slack.Settings);
        http = new HttpClient { BaseAddress = new Uri(bot.Urls.First()) };
        ana = slack.User(slack.AddUser("ana", "ana@example.com"), http);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await bot.DisposeAsync();
        await slack.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("/deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("/status", "status")]
    [InlineData("/chatops runs", "runs")]
    [InlineData("/chatops", "help")]
    [InlineData("/deploy api —plan –reason “it’s late”", "deploy api --plan --reason \"it's late\"")]
    [InlineData("/skip 12 &lt;none&gt; <@U012|ben>", "skip 12 <none> @ben")]
    public async Task A_command_is_heard_as_it_was_typed_and_answered_to_one_person(string typed, string words)
    {
        var receipt = await ana.TypeAsync("#general", typed);
        receipt.Status.ShouldBe(HttpStatusCode.OK);
        receipt.Reply!.Says.ShouldContain("You said: " + words);
        receipt.Body.ShouldContain("\"response_type\":\"ephemeral\"");
        heard.ShouldHaveSingleItem().ShouldStartWith($"UANA in CGENERAL: {words} [slack:cmd:");
    }

    [Fact]
    public async Task A_repeated_request_has_the_same_delivery()
    {
        var receipt = await ana.TypeAsync("#general", "/deploy api v1 prod");
        (await ana.RepeatAsync(receipt)).Body.ShouldBe(receipt.Body);
        heard.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("/slack/commands")]
    [InlineData("/slack/interactions")]
    [InlineData("/slack/events")]
    public async Task What_is_not_verifiably_from_slack_gets_401_and_nothing_else(string path)
    {
        using var unsigned = await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent("{}"));
        unsigned.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await unsigned.Content.ReadAsStringAsync()).ShouldBeEmpty();
        using var stale = await PostAsync(path, "{}", DateTimeOffset.UtcNow.AddMinutes(-6));
        stale.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_signing_secret_nobody_is_believed()
    {
        await using var bare = await StartBotAsync(new Dictionary<string, string?>());
        using var client = new HttpClient { BaseAddress = new Uri(bare.Urls.First()) };
        (await slack.User(ana.Id, client).TypeAsync("#general", "/status")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("chunked")]
    public async Task A_body_over_a_megabyte_gets_413(string? how)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/slack/events") { Content = new ByteArrayContent(new byte[(1 << 20) + 1]) };
        request.Headers.TransferEncodingChunked = how is null ? null : true;
        using var response = await http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(100_000)]
    [InlineData(1 << 20)]
    public async Task A_body_up_to_a_megabyte_is_read_whole_however_it_is_sent(int length)
    {
        const string before = "{\"type\":\"url_verification\",\"challenge\":\"", after = "\"}";
        var challenge = string.Concat(Enumerable.Range(0, length).Select(at => (char)('a' + (at % 23))))[..(length - before.Length - after.Length)];
        foreach (var chunked in new bool?[] { null, true })
        {
            using var response = await PostAsync("/slack/events", before + challenge + after, DateTimeOffset.UtcNow, chunked);
            (await response.Content.ReadAsStringAsync()).ShouldBe(challenge);
        }
    }

    [Theory]
    [InlineData("/slack/commands", "")]
    [InlineData("/slack/commands", "command=%2Fdeploy&text=secret-words")]
    [InlineData("/slack/interactions", "payload=")]
    [InlineData("/slack/interactions", "payload=%7Bsecret-words")]
    [InlineData("/slack/interactions", "payload=%5B%5D")]
    [InlineData("/slack/interactions", "payload=%7B%22type%22%3A%22block_actions%22%7D")]
    [InlineData("/slack/interactions", "payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%22secret-words%22%7D")]
    [InlineData("/slack/interactions", "payload=%7B%22type%22%3A%22view_submission%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%2C%22view%22%3A%7B%22callback_id%22%3A%22reason%22%7D%7D")]
    [InlineData("/slack/events", "secret-words")]
    [InlineData("/slack/events", "[1]")]
    [InlineData("/slack/events", """{"type":"\ud800secret-words"}""")]
    [InlineData("/slack/events", """{"type":"event_callback"}""")]
    [InlineData("/slack/events", """{"type":"url_verification"}""")]
    public async Task What_makes_no_sense_gets_400_and_is_logged_without_its_words(string path, string body)
    {
        using var response = await PostAsync(path, body, DateTimeOffset.UtcNow);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
        logged.ShouldContain(l => l.Contains("Could not read a request", StringComparison.Ordinal));
        logged.ShouldNotContain(l => l.Contains("secret-words", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/slack/commands", "ssl_check=1&token=x", "")]
    [InlineData("/slack/events", """{"type":"url_verification","challenge":"abc"}""", "abc")]
    [InlineData("/slack/events", """{"type":"app_rate_limited"}""", "")]
    [InlineData("/slack/interactions", "payload=%7B%22type%22%3A%22view_closed%22%7D", "")]
    public async Task Probes_and_what_is_not_for_us_are_answered_and_nothing_happens(string path, string body, string answer)
    {
        using var response = await PostAsync(path, body, DateTimeOffset.UtcNow);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe(answer);
        heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_click_is_acknowledged_with_nothing_and_leaves_the_card_alone()
    {
        desk = _ => Task.FromResult(new Reply(Card("You asked for this run yourself."), new RunId(128), new Refusal("approval-own", "You asked for this run yourself.")));
        var message = await PostedAsync(new Button("Approve", ButtonStyle.Primary, Approve));
        var receipt = await ana.ClickAsync(message, "approve");
        (receipt.Status, receipt.Body).ShouldBe((HttpStatusCode.OK, ""));
        (await slack.ReplyAsync(ana.Id, r => r.Via == "response_url")).Says.ShouldContain("You asked for this run yourself.");
        message.Updates.ShouldBe(0);
        heard.ShouldHaveSingleItem().ShouldStartWith($"UANA in CGENERAL clicks {Approve}, reason '' [slack:act:UANA:");
    }

    [Fact]
    public async Task An_answer_that_finds_its_address_used_up_is_shown_in_the_channel_to_that_person()
    {
        var message = await PostedAsync(new Button("Approve", ButtonStyle.Primary, Approve));
        slack.AddUser("ana", "ana@example.com");
        var receipt = await ana.ClickAsync(message, "Approve");
        for (var i = 0; i < 6; i++) await ana.RepeatAsync(receipt);
        (await slack.ReplyAsync(ana.Id, r => r.Via == "chat.postEphemeral")).Says.ShouldContain("You said");
    }

    [Fact]
    public async Task A_button_that_needs_a_reason_asks_for_it_and_an_empty_one_is_refused()
    {
        var message = await PostedAsync(new Button("Skip", ButtonStyle.Danger, Approve with { Verb = "skip" }, AsksReason: true));
        await ana.ClickAsync(message, "Skip");
        var view = await slack.ViewAsync(ana.Id);
        heard.ShouldBeEmpty();
        ((string?)(await ana.SubmitAsync(view, "  ")).Errors!["reason"])!.ShouldContain("Say why");
        (await ana.SubmitAsync(view, "It is “fine”")).Body.ShouldBeEmpty();
        heard.ShouldHaveSingleItem().ShouldStartWith("UANA in CGENERAL clicks skip|128|s2|plan-1, reason 'It is “fine”' [slack:view:UANA:" + view.Id);
    }

    [Fact]
    public async Task A_refused_reason_is_said_in_the_dialog()
    {
        desk = _ => Task.FromResult(new Reply(Card("No"), null, new Refusal("not-allowed", "Only release managers may skip.", "Ask one.")));
        var message = await PostedAsync(new Button("Skip", ButtonStyle.Danger, Approve with { Verb = "skip" }, AsksReason: true));
        await ana.ClickAsync(message, "Skip");
        ((string?)(await ana.SubmitAsync(await slack.ViewAsync(ana.Id), "x")).Errors!["reason"]).ShouldBe("Only release managers may skip. Ask one.");
    }

    [Fact]
    public async Task A_mention_is_heard_once_though_it_comes_twice()
    {
        var receipt = await ana.MentionAsync("#general", "deploy api v1.2.3 prod");
        await ana.RepeatAsync(receipt);
        (await slack.ReplyAsync(ana.Id, r => r.Via == "chat.postEphemeral")).Says.ShouldContain("You said: deploy api v1.2.3 prod");
        heard.ShouldHaveSingleItem().ShouldStartWith("UANA in CGENERAL: deploy api v1.2.3 prod [slack:msg:CGENERAL:");
    }

    [Fact]
    public async Task A_direct_message_is_a_command_too()
    {
        slack.AddChannel("dm");
        await ana.WriteAsync("#dm", "status api");
        heard.ShouldHaveSingleItem().ShouldStartWith("UANA in CDM: status api");
    }

    [Theory]
    [InlineData("""{"type":"event_callback","event":{"type":"app_mention","bot_id":"B1","user":"U1","text":"<@UBOT> deploy","ts":"1.1","channel":"C1"}}""")]
    [InlineData("""{"type":"event_callback","event":{"type":"message","channel_type":"im","subtype":"message_changed","ts":"1.1","channel":"C1"}}""")]
    [InlineData("""{"type":"event_callback","event":{"type":"message","channel_type":"channel","user":"U1","text":"deploy","ts":"1.1","channel":"C1"}}""")]
    public async Task Bots_edits_and_talk_among_others_are_not_heard(string body)
    {
        using var response = await PostAsync("/slack/events", body, DateTimeOffset.UtcNow);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_suggestion_that_is_clicked_gives_way_to_its_answer()
    {
        desk = words => Task.FromResult(new Reply(Card("You said: " + words) with { Buttons = [new Button("deploy api", ButtonStyle.Primary, CardAction.Say("deploy api v1 prod"))] }));
        var receipt = await ana.TypeAsync("#general", "/deploy aip v1 prod");
        await ana.ClickAsync(receipt.Reply!, "deploy api");
        await slack.ReplyAsync(ana.Id, r => r.Via == "response_url");
        heard.Last().ShouldStartWith("UANA in CGENERAL clicks say|||deploy api v1 prod");
    }

    [Fact]
    public async Task An_item_is_ticked_by_the_button_beside_it()
    {
        var list = new CardBlock.Checklist("Before", [new("Backup taken", false, null, false, Approve with { Verb = "tick", Argument = "0" }), new("Told", false, null, false, Approve with { Verb = "tick", Argument = "1" })]);
        await bot.Services.GetRequiredService<IChat>().PostAsync(new Place("slack", "#general"), Card("A run") with { Body = [list] }, "run-128", null, null, default);
        await ana.TickAsync(await slack.MessageAsync("#general", m => m.Key == "run-128"), "Told");
        heard.ShouldHaveSingleItem().ShouldContain("clicks tick|128|s2|1,");
    }

    [Fact]
    public async Task A_slow_answer_comes_later_and_so_does_its_failure()
    {
        var slow = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        desk = _ => slow.Task;
        var receipt = await ana.TypeAsync("#general", "/status", atOnce: true);
        receipt.Reply!.Says.ShouldStartWith("Working on it…");
        var store = bot.Services.GetRequiredService<IStore>();
        var kept = await store.ClaimAsync("a process after this one", ["slack-late"], 10, TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow.AddMinutes(1), default);
        SlackLate.Read(kept.ShouldHaveSingleItem().Item).Words.ShouldBe("status");
        await store.ReturnAsync(kept[0], DateTimeOffset.UtcNow.AddMinutes(1), undone: true, default);
        slow.SetException(new InvalidOperationException("secret-words"));
        (await slack.ReplyAsync(ana.Id, r => r.Via == "response_url")).Says.ShouldContain("Something went wrong in the bot");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await store.NextDueAsync(patience.Token) is not null) await Task.Yield();
    }

    [Fact]
    public async Task A_database_that_is_gone_is_said_in_a_sentence()
    {
        desk = _ => throw new StoreUnavailableException("secret-words");
        var receipt = await ana.TypeAsync("#general", "/deploy api v1 prod");
        receipt.Status.ShouldBe(HttpStatusCode.OK);
        receipt.Reply!.Says.ShouldContain("its database does not answer. Nothing was changed.");
        receipt.Body.ShouldNotContain("secret-words");
    }

    private static Card Card(string says) => new("Answer", Tone.Neutral, null, says) { Body = [new CardBlock.Text(says)] };

    private async Task<KeptMessage> PostedAsync(Button button)
    {
        var chat = bot.Services.GetRequiredService<IChat>();
        await chat.PostAsync(new Place("slack", "#general"), Card("A run") with { Buttons = [button] }, "run-128", null, null, default);
        return await slack.MessageAsync("#general", m => m.Key == "run-128");
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body, DateTimeOffset at, bool? chunked = null)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add(SlackSignature.TimestampHeader, timestamp);
        request.Headers.Add(SlackSignature.SignatureHeader, SlackSignature.Sign(slack.SigningSecret, timestamp, Encoding.UTF8.GetBytes(body)));
        return await http.SendAsync(request);
    }

    private async Task<WebApplication> StartBotAsync(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().AddProvider(new Lines(logged)).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System).AddSqlite(new SqliteAddress(Path.Combine(folder, "late.db")));
        builder.Services.AddSlack(builder.Configuration).AddSlackEndpoints();
        builder.Services.AddSingleton(new SlackDoor(
            (account, channel, words, delivery, _) =>
            {
                heard.Enqueue($"{account} in {channel}: {words} [{delivery}]");
                return desk(words);
            },
            (account, channel, action, reason, delivery, _) =>
            {
                heard.Enqueue($"{account} in {channel} clicks {action}, reason '{reason}' [{delivery}]");
                return desk(action.Verb);
            }));
        var app = builder.Build();
        await app.Services.GetRequiredService<IStore>().MigrateAsync(CancellationToken.None);
        app.MapSlack();
        await app.StartAsync();
        return app;
    }

    private sealed class Lines(ConcurrentQueue<string> to) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is >= 200 and < 300) to.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
