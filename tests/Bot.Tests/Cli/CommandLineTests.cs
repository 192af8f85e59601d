using System.Text.Json;
using ChatOps.Bot.Cli;
using ChatOps.Bot.Endpoints;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Cli;

/// <summary>What the command line passes on, what it prints, and what it ends with.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private readonly StringWriter output = new(), error = new();
    private readonly Dictionary<string, string> variables = [];
    private readonly List<ApiCommand> heard = [];
    private readonly Queue<ApiRun> runs = new();
    private IReadOnlyDictionary<string, string?>? served;
    private string? authorization;
    private WebApplication bot = null!;
    private Func<string, string?>? ask;
    private Func<IResult> answer = () => Json(new ApiReply(new Card("Done", Tone.Good, null, "Done."), null, null));

    public async ValueTask InitializeAsync()
    {
        bot = await Loopback.StartAsync(async http =>
        {
            authorization = http.Request.Headers.Authorization.ToString();
            if (http.Request.Method == "POST" && http.Request.Path == "/api/v1/commands")
            {
                heard.Add((await http.Request.ReadFromJsonAsync(ApiJson.Default.ApiCommand))!);
                await answer().ExecuteAsync(http);
            }
            else
            {
                await Results.Json(runs.Count > 1 ? runs.Dequeue() : runs.Peek(), ApiJson.Default.ApiRun).ExecuteAsync(http);
            }
        });
        variables["CHATOPS_URL"] = bot.Urls.First();
    }

    public async ValueTask DisposeAsync() => await bot.DisposeAsync();

    [Theory]
    [InlineData("demo")]
    [InlineData("kubernetes")]
    [InlineData("../config/examples/marketplace")]
    [InlineData("../config/examples/erp-one-machine")]
    public async Task The_examples_are_proved_safe(string example)
    {
        (await RunAsync("verify", "--config", Path.Combine(Repository.Root, "examples", example))).ShouldBe(0, output.ToString() + error);
        output.ToString().ShouldContain("0 promises broken, 0 runbooks not proved");
    }

    [Fact]
    public async Task A_runbook_that_is_not_safe_is_told_as_a_story_and_ends_with_1()
    {
        using var folder = new Folder("steps:\n  - approval: Please\n    from: [managers]\n  - deploy: rolling\n  - check: health\n    on-failure: continue\n");
        (await RunAsync("verify", "--config", folder.Path)).ShouldBe(1);
        output.ToString().ShouldContain("After a failure it ends healthy, undone, or where a person said so, and that is not kept.");
        output.ToString().ShouldContain("    4. \"Check health\" finds it unhealthy.");
    }

    [Fact]
    public async Task A_rehearsal_touches_nothing_and_says_what_would_happen()
    {
        var demo = Path.Combine(Repository.Root, "examples", "demo");
        using var folder = new Folder("");
        var junit = Path.Combine(folder.Path, "junit.xml");
        (await RunAsync("rehearse", "rolling-deploy", "--config", demo, "--junit", junit)).ShouldBe(0, error.ToString());
        output.ToString().ShouldContain("succeeded.");
        System.Xml.Linq.XDocument.Load(junit).Root!.Element("testsuite")!.Attribute("failures")!.Value.ShouldBe("0");
        (await RunAsync("rehearse", "rolling-deploy", "--config", demo, "--fail", "check health", "--junit", junit)).ShouldBe(0);
        output.ToString().ShouldContain("rolled back.");
        System.Xml.Linq.XDocument.Load(junit).Descendants("failure").Single().Parent!.Attribute("name")!.Value.ShouldContain("Check health");
        (await RunAsync("rehearse", "rolling-deploy", "--config", demo, "--fail", "kangaroo")).ShouldBe(2);
        error.ToString().ShouldContain("There is no step kangaroo.");
        (await RunAsync("rehearse", "roling-deploy", "--config", demo)).ShouldBe(2);
        error.ToString().ShouldContain("Did you mean rolling-deploy?");
    }

    [Fact]
    public async Task A_runbook_is_drawn_as_text_and_as_a_picture()
    {
        var demo = Path.Combine(Repository.Root, "examples", "demo");
        (await RunAsync("diagram", "rolling-deploy", "--config", demo)).ShouldBe(0);
        output.ToString().ShouldStartWith("flowchart TD");
        output.ToString().ShouldContain("s1 --> s2");
        output.GetStringBuilder().Clear();
        (await RunAsync("diagram", "rolling-deploy", "--config", demo, "--format", "svg")).ShouldBe(0);
        System.Xml.Linq.XDocument.Parse(output.ToString()).Descendants().Count(one => one.Name.LocalName == "rect").ShouldBe(6);
    }

    [Fact]
    public async Task Findings_are_written_as_sarif_too()
    {
        using var folder = new Folder("steps:\n  - deploy: rolling\n  - check: health\n    on-failure: shrug\n");
        (await RunAsync("lint", folder.Path, "--format", "sarif")).ShouldBe(1);
        var result = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("runs")[0].GetProperty("results")[0];
        result.GetProperty("ruleId").GetString().ShouldBe("bad-value");
        var region = result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
        (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32()).ShouldBe((5, 17));
    }

    private sealed class Folder : IDisposable
    {
        public Folder(string steps)
        {
            Directory.CreateDirectory(System.IO.Path.Combine(Path, "services"));
            Directory.CreateDirectory(System.IO.Path.Combine(Path, "runbooks"));
            File.WriteAllText(System.IO.Path.Combine(Path, "access.yaml"), "groups:\n  all: { all: true }\n  managers: { members: [a@x.com, b@x.com] }\nmay: { deploy: { '*': [all] }, rollback: { '*': [all] } }\n");
            File.WriteAllText(System.IO.Path.Combine(Path, "services", "api.yaml"), "service: api\nenvironments:\n  prod:\n    protected: true\n    simulated: {}\n    health: [{ url: 'https://example.com' }]\n");
            File.WriteAllText(System.IO.Path.Combine(Path, "runbooks", "default.yaml"), $"runbook: default\n{steps}on-failure: {{ rollback: ask }}\n");
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("chatops-cli-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    [Theory]
    [InlineData("deploy api v1.2.3 prod", "deploy", "api", "v1.2.3", "prod")]
    [InlineData("deploy api v1.2.3 prod --plan", "deploy", "api", "v1.2.3", "prod", "--plan")]
    [InlineData("deploy --plan api v1.2.3 prod", "deploy", "--plan", "api", "v1.2.3", "prod")]
    [InlineData("deploy api v1 prod --reason \"two words\" --no-queue", "deploy", "api", "v1", "prod", "--reason", "two words", "--no-queue")]
    [InlineData("deploy api v1 prod --reason=\"two words\"", "deploy", "api", "v1", "prod", "--reason=two words")]
    [InlineData("deploy api v1 prod --reason \"it 'breaks' now\"", "deploy", "api", "v1", "prod", "--reason", "it \"breaks\" now")]
    [InlineData("deploy api@v1 prod", "deploy", "api@v1", "prod")]
    [InlineData("deploy @api v1 prod", "deploy", "@api", "v1", "prod")]
    [InlineData("rollback api prod", "undo", "api", "prod")]
    [InlineData("approve 12", "chatops", "approve", "12")]
    [InlineData("help deploy", "help", "deploy")]
    [InlineData("status", "status", "--url", "URL", "--as", "ana@example.com")]
    public async Task Words_are_passed_on_as_they_were_typed(string text, params string[] args)
    {
        var typed = args.Select(arg => arg == "URL" ? bot.Urls.First() : arg).ToArray();
        (await RunAsync(typed)).ShouldBe(0, error.ToString());
        heard.ShouldHaveSingleItem().Text.ShouldBe(text);
        Guid.TryParse(heard[0].Delivery, out _).ShouldBeTrue();
        heard[0].As.ShouldBe(args.Contains("--as") ? "ana@example.com" : null);
        output.ToString().ShouldContain("Done");
    }

    [Fact]
    public async Task Of_what_was_asked_and_refused_only_the_answer_that_does_not_fit_has_to_be_given_again()
    {
        var missing = new Refusal(RefusalCodes.ReasonMissing, "A lock needs a reason.", "Say why.");
        var form = new Form("Lock", "lock api", [new("reason", "text", "", null, true, []), new("until", "text", "", null, false, [])]);
        var replies = new Queue<ApiReply>(
        [
            new(null, null, missing, form),
            new(null, null, new Refusal(RefusalCodes.WordUnknown, "\"some day\" is no moment.", "Say tomorrow 10:00.")),
            new(new Card("Done", Tone.Good, null, "Done."), null, null),
        ]);
        answer = () => Json(replies.Dequeue());
        var (asked, answers) = (new List<string>(), new Queue<string>(["a leak", "some day", "", "in 2h"]));
        ask = question =>
        {
            asked.Add(question);
            return answers.Dequeue();
        };
        (await RunAsync("lock", "api")).ShouldBe(0, error.ToString());
        asked.ShouldBe(["Reason: ", "Until (optional): ", "Reason [a leak]: ", "Until (optional): "]);
        output.ToString().ShouldContain("\"some day\" is no moment. Say tomorrow 10:00.");
        heard.Select(command => command.Text).ShouldBe(["lock api", "lock --reason \"a leak\" --until \"some day\" api", "lock --reason \"a leak\" --until \"in 2h\" api"]);
        heard.Select(command => command.Delivery).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_names_its_code()
    {
        answer = () => Json(new ApiReply(new Card("There is no service aip", Tone.Warning, null, "No.") { Buttons = [new Button("deploy api v1 prod", ButtonStyle.Primary, CardAction.Say("deploy api v1 prod"))] }, null, new Refusal("service-unknown", "There is no service aip.")));
        (await RunAsync("deploy", "aip", "v1", "prod")).ShouldBe(1);
        output.ToString().ShouldContain("chatops deploy api v1 prod");
        error.ToString().ShouldContain("service-unknown");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(400)]
    public async Task What_the_bot_does_not_take_ends_with_1_and_its_reason(int status)
    {
        answer = () => Results.Json(new ApiProblem("Not like this."), ApiJson.Default.ApiProblem, statusCode: status);
        (await RunAsync("status")).ShouldBe(1);
        error.ToString().ShouldContain(status.ToString());
        error.ToString().ShouldContain("Not like this.");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("SOMETHING ELSE")]
    public async Task No_bot_ends_with_3_and_says_what_to_do(string url)
    {
        if (url[0] == 'S') answer = () => Results.Text("<html>", "text/html");
        else variables["CHATOPS_URL"] = url;
        (await RunAsync("status")).ShouldBe(3);
        error.ToString().ShouldContain("chatops serve");
        error.ToString().ShouldContain("--url");
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("deplyo api v1 prod")]
    [InlineData("--confg x")]
    [InlineData("serve --config")]
    [InlineData("serve ChatOps:Config=x")]
    [InlineData("lint --format xml")]
    [InlineData("lint /nowhere/at/all")]
    [InlineData("schema frogs")]
    [InlineData("schema")]
    [InlineData("status --url ftp://x")]
    [InlineData("status --url")]
    [InlineData("status --token-file /nowhere/at/all")]
    public async Task What_can_not_be_used_ends_with_2(string words)
    {
        (await RunAsync(words.Split(' '))).ShouldBe(2);
        (error.ToString() + output).Trim().ShouldNotBeEmpty();
        heard.ShouldBeEmpty();
        served.ShouldBeNull();
    }

    [Fact]
    public async Task A_token_is_sent_but_never_over_an_open_line()
    {
        variables["CHATOPS_TOKEN"] = "a-token-of-more-than-thirty-two-characters";
        (await RunAsync("status")).ShouldBe(0);
        authorization.ShouldBe("Bearer a-token-of-more-than-thirty-two-characters");
        (await RunAsync("status", "--url", "http://bot.example.com")).ShouldBe(2);
        error.ToString().ShouldContain("https");
        error.ToString().ShouldNotContain("a-token");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("serve", "")]
    [InlineData("--config folder", "ChatOps:Config=folder")]
    [InlineData("serve --urls http://127.0.0.1:1 --config folder", "ChatOps:Config=folder urls=http://127.0.0.1:1")]
    [InlineData("serve --ChatOps:Database=sqlite:x.db --Slack:ApiUrl http://a", "ChatOps:Database=sqlite:x.db Slack:ApiUrl=http://a")]
    public async Task Serving_is_told_its_settings(string words, string settings)
    {
        (await RunAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldBe(7);
        string.Join(' ', served!.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)).ShouldBe(settings);
    }

    [Fact]
    public async Task Lint_prints_every_finding_and_counts_them()
    {
        (await RunAsync("lint", Path.Combine(Repository.Root, "examples", "demo"))).ShouldBe(0);
        output.ToString().Trim().ShouldBe("0 errors, 0 warnings in 7 files");
        var folder = Directory.CreateTempSubdirectory("chatops-lint-").FullName;
        (await RunAsync("lint", folder)).ShouldBe(2);
        File.WriteAllText(Path.Combine(folder, "access.yaml"), "groups: {}\nmay: {}\nmore: 1\n");
        output.GetStringBuilder().Clear();
        (await RunAsync("lint", folder)).ShouldBe(1);
        output.ToString().ShouldContain($"{folder}/access.yaml:3:1: error unknown-key: An access has no key \"more\". It may have: groups, may, demo.");
        output.ToString().ShouldContain("2 errors, 0 warnings in 1 file");
        output.GetStringBuilder().Clear();
        (await RunAsync("lint", folder, "--format", "github")).ShouldBe(1);
        output.ToString().ShouldContain($"::error file={folder}/access.yaml,line=3,col=1,title=unknown-key::An access has no key");
        output.GetStringBuilder().Clear();
        (await RunAsync("lint", folder, "--format", "json")).ShouldBe(1);
        JsonDocument.Parse(output.ToString()).RootElement[0].ShouldSatisfyAllConditions(one => one.GetProperty("code").GetString().ShouldBe("unknown-key"), one => one.GetProperty("column").GetInt32().ShouldBe(1));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Lint_says_which_runbooks_come_from_the_library()
    {
        var folder = Path.Combine(Repository.Root, "config", "examples", "marketplace");
        (await RunAsync("lint", folder)).ShouldBe(0);
        output.ToString().Trim().ShouldBe("0 errors, 0 warnings in 15 files\nfrom the library: staging-deploy, rolling-deploy, nightly-backup", StringCompareShould.IgnoreLineEndings);
        output.GetStringBuilder().Clear();
        (await RunAsync("lint", folder, "--format", "json")).ShouldBe(0);
        output.ToString().Trim().ShouldBe("[]");
    }

    [Fact]
    public async Task Schemas_are_printed_or_written()
    {
        (await RunAsync("schema", "access")).ShouldBe(0);
        JsonDocument.Parse(output.ToString()).RootElement.GetProperty("title").GetString().ShouldBe("ChatOps access");
        var folder = Path.Combine(Directory.CreateTempSubdirectory("chatops-schema-").FullName, "new");
        (await RunAsync("schema", "--out", folder)).ShouldBe(0);
        Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["access.json", "alerts.json", "calendar.json", "incidents.json", "oncall.json", "runbooks.json", "services.json"]);
    }

    [Theory]
    [InlineData("Succeeded", 0)]
    [InlineData("RolledBack", 1)]
    public async Task Following_says_each_change_once_and_ends_as_the_run_does(string end, int code)
    {
        answer = () => Json(new ApiReply(new Card("Deploy", Tone.Active, "running", "Runs."), 12, null));
        runs.Enqueue(Run("Running", true, "1 of 3 ready"));
        runs.Enqueue(Run("Running", true, "1 of 3 ready"));
        runs.Enqueue(Run("Running", true, "2 of 3 ready"));
        runs.Enqueue(Run(end, false, "over"));
        (await RunAsync("deploy", "api", "v1", "prod", "--follow")).ShouldBe(code);
        heard.ShouldHaveSingleItem().Text.ShouldBe("deploy api v1 prod");
        output.ToString().Split('\n').Count(line => line.Contains("1 of 3 ready", StringComparison.Ordinal)).ShouldBe(1);
        output.ToString().ShouldContain("2 of 3 ready");
    }

    [Theory]
    [InlineData("--help", "deploy")]
    [InlineData("help", "lint")]
    [InlineData("deploy --help", "--follow")]
    [InlineData("diagram", "stateDiagram")]
    public async Task Help_is_given(string words, string says)
    {
        (await RunAsync(words.Split(' '))).ShouldBe(0);
        output.ToString().ShouldContain(says);
        heard.ShouldBeEmpty();
    }

    private static ApiRun Run(string status, bool open, string says)
    {
        var card = new Card("Deploy", Tone.Active, status, says) { Body = [new CardBlock.Progress("Roll out", 1, 3, says, Tone.Active)] };
        var row = new RunRow(12, "deploy", "api", "prod", "v1", null, status, open, "ana@example.com", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, says);
        return new ApiRun(row, card, [], card);
    }

    private static IResult Json(ApiReply reply) => Results.Json(reply, ApiJson.Default.ApiReply);

    private Task<int> RunAsync(params string[] args)
    {
        var terminal = new Terminal(output, error, variables.GetValueOrDefault, Colours: false, Width: 80) { Pace = TimeSpan.FromMilliseconds(5), Ask = ask };
        return new CommandLine(terminal).RunAsync(args, settings =>
        {
            served = settings;
            return Task.FromResult(7);
        });
    }
}
