using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What comes to the front door and should not, and what is said to it at start.</summary>
public sealed class FrontDoorTests
{
    [Fact]
    public async Task Bad_requests_get_their_code_and_nothing_else()
    {
        await using var stage = await Stage.SetAsync();
        await using var bot = await stage.StartBotAsync();
        using var http = bot.NewClient();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var body = "command=%2Fstatus&text=&user_id=UANA&channel_id=CDEPLOYS&team_id=T1&trigger_id=1.2&response_url=https%3A%2F%2Fhooks.slack.com%2Fx";
        async Task<(HttpStatusCode, string)> Send(string path, string text, long at, string? signature)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(text, Encoding.UTF8, "application/x-www-form-urlencoded") };
            request.Headers.Add("X-Slack-Request-Timestamp", $"{at}");
            if (signature is not null) request.Headers.TryAddWithoutValidation("X-Slack-Signature", signature);
            using var answer = await http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        string Sign(string text, long at) => "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(stage.Slack.SigningSecret), Encoding.UTF8.GetBytes($"v0:{at}:{text}")));
        foreach (var path in (string[])["/slack/commands", "/slack/interactions", "/slack/events"])
        {
            (await Send(path, body, now, null)).ShouldBe((HttpStatusCode.Unauthorized, ""));
            (await Send(path, body, now, Sign(body + "x", now))).ShouldBe((HttpStatusCode.Unauthorized, ""));
            (await Send(path, body, now - 301, Sign(body, now - 301))).ShouldBe((HttpStatusCode.Unauthorized, ""));
            (await Send(path, body, now, Sign(body, now).Replace("v0=", "v1=", StringComparison.Ordinal))).ShouldBe((HttpStatusCode.Unauthorized, ""));
            var large = new string('a', (1 << 20) + 1);
            (await Send(path, large, now, Sign(large, now))).Item1.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }

        (await Send("/slack/commands", body, now, Sign(body, now))).Item1.ShouldBe(HttpStatusCode.OK);
        (await Send("/slack/interactions", "payload=%7Bnot", now, Sign("payload=%7Bnot", now))).Item1.ShouldBe(HttpStatusCode.BadRequest);
        (await Send("/slack/events", "{\"no", now, Sign("{\"no", now))).Item1.ShouldBe(HttpStatusCode.BadRequest);
        bot.Output.ShouldNotContain(stage.Slack.SigningSecret);
        bot.Output.ShouldNotContain(stage.Slack.BotToken);

        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/");
        foreign.Headers.Host = "bot.example.com";
        (await http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var cross = new HttpRequestMessage(HttpMethod.Post, "/say") { Content = new FormUrlEncodedContent([new("text", "status")]) };
        cross.Headers.Add("Origin", "https://evil.example.com");
        (await http.SendAsync(cross)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await http.GetStringAsync("/health")).ShouldBe("ready");
        (await http.GetAsync("/api/v1/runs/999")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Hostile_text_is_shown_literally_on_every_surface()
    {
        const string Token = "a-token-of-more-than-thirty-two-characters";
        var reason = "<!channel> <b>&amp;</b> *bold* `tick` \u202Etxt.exe 🚀 " + new string('x', 1_500);
        await using var stage = await Stage.SetAsync();
        stage.Settings["ChatOps:ApiTokens:ana@example.com"] = Token;
        await using var bot = await stage.StartBotAsync();
        using var http = bot.NewClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", "somebody else's");
        (await http.PostAsync("/api/v1/commands", Command("status"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        (await http.PostAsync("/api/v1/commands", Command($"deploy api v1.2.3 prod --reason \"{reason}\""))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        card.Says.ShouldContain("*bold* `tick`");
        stage.Slack.Refusals.ShouldBeEmpty();
        var page = await http.GetStringAsync("/runs/1");
        page.ShouldNotContain("<!channel>");
        page.ShouldContain("&lt;!channel&gt; &lt;b&gt;&amp;amp;&lt;/b&gt;");

        static StringContent Command(string text) => new($$"""{"text":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""", Encoding.UTF8, "application/json");
    }

    [Fact]
    public async Task A_command_that_was_only_said_to_be_worked_on_survives_a_kill()
    {
        await using var stage = await Stage.SetAsync();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var bot = await stage.StartBotAsync())
        {
            stage.Slack.Hold("users.info", killed.Task);
            (await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod", atOnce: true)).Reply!.Says.ShouldStartWith("Working on it");
            stage.Slack.Messages.ShouldBeEmpty();
            await bot.KillAsync();
            killed.SetResult();
        }

        await using var next = await stage.StartBotAsync();
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("waiting for its checklist"));
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Via == "response_url", TimeSpan.FromSeconds(20))).Says.ShouldContain("Run 1");
    }

    [Fact]
    public async Task A_step_whose_name_was_mistyped_is_asked_about_and_never_guessed()
    {
        await using var stage = await Stage.SetAsync();
        await using var bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        var misheard = (await ana.TypeAsync(Stage.Channel, "/skip 1 --step \"chek\" --reason \"it is known\"")).Reply!;
        misheard.Says.ShouldContain("step-unknown");
        misheard.Says.ShouldContain("Did you mean s4 (Check health)");
        misheard.Buttons.ShouldContain(button => button.Label == "skip 1 --step s4 --reason \"it is known\"");
        (await ana.TypeAsync(Stage.Channel, "/skip 1 --step a --reason \"it is known\"")).Reply!.Says.ShouldContain("words-ambiguous");
        await ana.ClickAsync((await ana.TypeAsync(Stage.Channel, "/skip 1 --step chek --reason known")).Reply!, "skip 1 --step s4 --reason \"known\"");
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Says.Contains("step-not-waiting", StringComparison.Ordinal))).Says.ShouldContain("no such step to skip now");
    }

    [Fact]
    public async Task A_configuration_with_errors_is_refused_at_start_with_all_of_them()
    {
        await using var stage = await Stage.SetAsync();
        stage.Write("services/api.yaml", "service: api\nenvironments:\n  prod:\n    protcted: true\n    simulated: {}\n    runbook: missing\n");
        stage.Write("access.yaml", "groups: {}\nmay: { deploy: { prod: [nobody] } }\n");
        await using var bot = BotProcess.Launch(stage.Folder, stage.Settings, stage.Port);
        (await bot.ExitAsync()).ShouldBe(1);
        bot.Output.ShouldContain("services/api.yaml:4:5: error unknown-key");
        bot.Output.ShouldContain("Did you mean protected?");
        bot.Output.ShouldContain("services/api.yaml:6:5: error runbook-unknown");
        bot.Output.ShouldMatch(@"access\.yaml:2:\d+: error group-unknown");
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused_with_a_sentence()
    {
        await using var stage = await Stage.SetAsync();
        await using var bot = await stage.StartBotAsync();
        await using var second = BotProcess.Launch(stage.Folder, stage.Settings, Loopback.FreePort());
        (await second.ExitAsync()).ShouldBe(1);
        second.Output.ShouldContain("Another process works on the database");
        (await bot.NewClient().GetAsync("health/ready")).IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_that_can_not_be_opened_ends_the_start_with_a_sentence()
    {
        await using var stage = await Stage.SetAsync();
        stage.Settings["ChatOps:Database"] = $"sqlite:{stage.Folder}/config/access.yaml";
        await using var bot = BotProcess.Launch(stage.Folder, stage.Settings, stage.Port);
        (await bot.ExitAsync()).ShouldBe(1);
        bot.Output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task The_commands_of_the_README_work_as_they_are_written()
    {
        var folder = Directory.CreateTempSubdirectory("chatops-readme-").FullName;
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        await using (var bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Database"] = $"sqlite:{folder}/a.db", ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples/demo") }))
        {
            foreach (Match line in Regex.Matches(readme, @"^dotnet run --project src/Bot -- (?<words>.+)$", RegexOptions.Multiline))
            {
                string[] words = [.. Regex.Matches(line.Groups["words"].Value, """
                    "([^"]*)"|([^\s"]+)
                    """).Select(word => word.Groups[1].Value + word.Groups[2].Value)];
                words = [.. words.Select(word => word.StartsWith("examples/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, word) : word.Trim('"'))];
                await using var command = BotProcess.Launch(folder, new Dictionary<string, string?> { ["CHATOPS_URL"] = bot.Address.ToString(), ["ChatOps:Database"] = $"sqlite:{folder}/a.db" }, 0, words);
                (await command.ExitAsync()).ShouldBe(0, $"{line.Value}\n{command.Output}");
            }

            var walk = Regex.Match(readme, @"```\n(?<lines>deploy[^`]+)```").Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            walk.Length.ShouldBeGreaterThan(3);
            using var http = bot.NewClient();
            foreach (var line in walk)
            {
                using var answer = await http.PostAsync("/api/v1/commands", new StringContent($$"""{"text":"{{line}}","as":"ana@example.com"}""", Encoding.UTF8, "application/json"));
                (await answer.Content.ReadAsStringAsync()).ShouldNotMatch("\"code\":\"[a-z-]*(unknown|missing|ambiguous)\"", line);
            }
        }

        Directory.Delete(folder, recursive: true);
    }
}
