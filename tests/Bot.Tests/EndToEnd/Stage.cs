using System.Globalization;
using System.Net;
using ChatOps.Testing;
using ChatOps.Testing.Kubernetes;
using ChatOps.Testing.Slack;
using ChatOps.Testing.Teams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A whole shop around the bot: a Slack workspace, a cluster, the service's own health address, and a folder with its configuration.</summary>
public sealed class Stage : IAsyncDisposable
{
    public const string Channel = "#deploys";

    private readonly WebApplication service;

    private Stage(SlackStandIn slack, KubernetesStandIn cluster, WebApplication service, string folder) =>
        (Slack, Cluster, this.service, Folder) = (slack, cluster, service, folder);

    public SlackStandIn Slack { get; }

    public KubernetesStandIn Cluster { get; }

    public string Folder { get; }

    /// <summary>What the service's health address answers.</summary>
    public HttpStatusCode Health { get; set; } = HttpStatusCode.OK;

    /// <summary>Where the bot listens; the same after a restart.</summary>
    public int Port { get; } = Loopback.FreePort();

    public string Ana { get; private set; } = "";

    public string Ben { get; private set; } = "";

    public string Dora { get; private set; } = "";

    public string Cleo { get; private set; } = "";

    public string Zoe { get; private set; } = "";

    public Dictionary<string, string?> Settings { get; } = new();

    /// <param name="soak">As YAML writes it.</param>
    /// <param name="rollback"><c>automatic</c> or <c>ask</c>.</param>
    public static async Task<Stage> SetAsync(string soak = "1s", string rollback = "automatic", params string[] services)
    {
        var slack = await SlackStandIn.StartAsync();
        slack.RatesOn = false;
        var cluster = await KubernetesStandIn.StartAsync();
        var folder = Directory.CreateTempSubdirectory("chatops-e2e-").FullName;
        Stage? stage = null;
        var app = await Loopback.StartAsync(async context =>
        {
            context.Response.StatusCode = (int)stage!.Health;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"status":"UP"}""");
        });
        stage = new Stage(slack, cluster, app, folder);
        stage.Furnish(app.Urls.First(), soak, rollback, services.Length == 0 ? ["api"] : services);
        return stage;
    }

    public Task<BotProcess> StartBotAsync() => BotProcess.StartAsync(Folder, Settings, Port);

    public SlackUser User(string id, BotProcess bot) => Slack.User(id, bot.NewClient());

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, "config", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Changes words in a file of the configuration. They have to be there: what is no longer said would be changed in vain.</summary>
    public void Rewrite(string file, string words, string now)
    {
        var text = File.ReadAllText(Path.Combine(Folder, "config", file));
        if (!text.Contains(words, StringComparison.Ordinal)) throw new ArgumentException($"{file} does not say \"{words}\":\n{text}", nameof(words));
        Write(file, text.Replace(words, now, StringComparison.Ordinal));
    }

    /// <summary>Has nobody asked before prod is changed, where the runbook asks only for what is protected.</summary>
    public void Unprotect(string service = "api") => Rewrite($"services/{service}.yaml", "protected: true", "protected: false");

    /// <summary>cleo is on call, and ben behind her.</summary>
    /// <param name="escalate">How long she has to answer, as YAML writes it.</param>
    public void WriteOnCall(string escalate = "10m") => Write("oncall.yaml", $$"""
        schedules:
          oncall:
            rotations: [{ people: [cleo@example.com, ben@example.com], every: 52w, from: "{{DateTimeOffset.UtcNow.AddDays(-2).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}}" }]
            escalate: {{escalate}}
        """);

    /// <summary>For whoever reads why a test failed: what the bot wrote, and what was posted.</summary>
    public void Report(BotProcess? bot, TeamsStandIn? teams = null)
    {
        IEnumerable<string> posted = [.. Slack.Messages.Select(message => $"{message.Channel}: {message.Says}"), .. teams?.Messages.Select(message => $"{message.Conversation} {message.Thread}: {message.Says}") ?? []];
        TestContext.Current.TestOutputHelper?.WriteLine($"{bot?.Output}\n{string.Join("\n---\n", posted)}");
    }

    public Task<KeptMessage> CardAsync(Func<KeptMessage, bool> wanted, int seconds = 30) =>
        Slack.MessageAsync(Channel, message => message.ThreadTs is null && wanted(message), TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await Slack.DisposeAsync();
        await Cluster.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private void Furnish(string health, string soak, string rollback, string[] services)
    {
        Slack.AddChannel("deploys");
        (Ana, Ben, Dora, Cleo, Zoe) = (
            Slack.AddUser("ana", "ana@example.com"), Slack.AddUser("ben", "ben@example.com"), Slack.AddUser("dora", "dora@example.com"),
            Slack.AddUser("cleo", "cleo@example.com"), Slack.AddUser("zoe", null));
        Slack.AddGroup("release-managers", Ben, Dora);
        var kubeconfig = Path.Combine(Folder, "kubeconfig");
        Cluster.WriteKubeconfig(kubeconfig);
        foreach (var (key, value) in Slack.Settings) Settings[key] = value;
        Settings["Kubernetes:Clusters:main:Kubeconfig"] = kubeconfig;
        Settings["Logging:LogLevel:ChatOps"] = "Debug";
        Settings["ChatOps:Config"] = Path.Combine(Folder, "config");
        Settings["ChatOps:Database"] = $"sqlite:{Path.Combine(Folder, "chatops.db")}";
        foreach (var service in services)
        {
            Cluster.AddDeployment("prod", service, $"registry.example.com/{service}:v1.2.2");
            Write($"services/{service}.yaml", $$"""
                service: {{service}}
                owners: [payments]
                channel: "{{Channel}}"
                environments:
                  prod:
                    protected: true
                    kubernetes: { cluster: main, namespace: prod, deployment: {{service}}, image: registry.example.com/{{service}} }
                    health: [{ url: "{{health}}/health", tries: 2, interval: 200ms, timeout: 2s, expect: { json: { status: UP } } }]
                    runbook: rolling-deploy
                """);
        }

        WriteRunbook(soak, rollback, "Database backup taken");
        Write("access.yaml", """
            groups:
              payments: { members: [ana@example.com] }
              release-managers: { slack: release-managers }
              oncall: { members: [cleo@example.com] }
            may:
              deploy: { prod: [owners, release-managers] }
              rollback: { prod: [owners, oncall, release-managers] }
            """);
    }

    public void WriteRunbook(string soak, string rollback, string item) => Write("runbooks/rolling-deploy.yaml", $"""
        runbook: rolling-deploy
        steps:
          - checklist: Before you deploy
            items:
              - {item}
              - Stakeholders know
          - approval: Production change
            when: environment.protected
            from: [release-managers]
            count: 2
            within: 30m
          - deploy: rolling
          - check: health
          - soak: {soak}
          - summary: "{Channel}"
        on-failure:
          rollback: {rollback}
        """);
}

internal static class Shown
{
    /// <summary>Whether a reader of the message finds these words, whatever their case.</summary>
    public static bool Shows(this KeptMessage message, string words) => message.Says.Contains(words, StringComparison.OrdinalIgnoreCase);

    public static bool Shows(this KeptReply reply, string words) => reply.Says.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Asks again until the answer shows these words.</summary>
    public static async Task<KeptReply> UntilAsync(this SlackUser user, string line, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if ((await user.TypeAsync(Stage.Channel, line)).Reply is { } reply && reply.Shows(words)) return reply;
            await Task.Delay(100, patience.Token);
        }
    }
}
