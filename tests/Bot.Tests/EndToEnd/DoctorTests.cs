using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Integrations.Slack;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary><c>chatops doctor</c>: what is connected, what is missing, how to mend it, without a change anywhere and without a secret in what it says.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task It_says_what_is_missing_and_how_to_mend_it_and_only_reads()
    {
        await using var stage = await Stage.SetAsync();
        stage.Slack.Scopes = string.Join(',', SlackCheckUp.Scopes.Select(one => one.Scope).Where(scope => scope is not ("users:read.email" or "im:write")));
        stage.Cluster.Faults.Forbid("patch", "deployments");
        stage.Cluster.Faults.Forbid("get", "pods/log");
        var (code, found) = await ExamineAsync(stage);
        code.ShouldBe(1);
        One(found, "Slack", "users:read.email").ShouldSatisfyAllConditions(one => one.Health.ShouldBe("bad"), one => one.Mend!.ShouldContain("install it again"));
        One(found, "Slack", "im:write").Health.ShouldBe("weak");
        One(found, "Kubernetes main", "patch deployments in prod").ShouldSatisfyAllConditions(one => one.Health.ShouldBe("bad"), one => one.Mend!.ShouldContain("rbac.yaml"));
        One(found, "Kubernetes main", "get pods/log").Health.ShouldBe("weak");
        One(found, "Slack", "The token is good").Health.ShouldBe("good");
        One(found, "Teams", "No registration").Health.ShouldBe("off");
        One(found, "Database", "it is made when the bot starts").Health.ShouldBe("off");
        File.Exists(Path.Combine(stage.Folder, "chatops.db")).ShouldBeFalse();
        stage.Slack.Messages.ShouldBeEmpty();
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_nothing_is_missing_it_ends_with_0()
    {
        await using var stage = await Stage.SetAsync();
        stage.Slack.Scopes = string.Join(',', SlackCheckUp.Scopes.Select(one => one.Scope));
        await using (await stage.StartBotAsync())
        {
            // The database is made.
        }

        var (code, found) = await ExamineAsync(stage);
        found.Where(one => one.Health == "bad").ShouldBeEmpty();
        code.ShouldBe(0);
        One(found, "Database", "It answers").Health.ShouldBe("good");
        One(found, "Kubernetes main", "all that it can").Health.ShouldBe("good");
        One(found, "Slack", "every scope").Health.ShouldBe("good");
    }

    [Fact]
    public async Task A_refused_token_a_lost_cluster_and_wrong_settings_are_told_without_a_secret()
    {
        await using var stage = await Stage.SetAsync();
        stage.Settings["Slack:BotToken"] = "xoxb-wrong-and-secret";
        stage.Cluster.Faults.RefuseConnections = true;
        var (code, found) = await ExamineAsync(stage);
        code.ShouldBe(1);
        One(found, "Slack", "refuses the token").Mend!.ShouldContain("Slack:BotToken");
        One(found, "Kubernetes main", "does not answer").Health.ShouldBe("bad");
        found.ShouldAllBe(one => !one.Says.Contains("xoxb-", StringComparison.Ordinal));

        stage.Settings["Console:Slack:ClientId"] = "1.2";
        stage.Settings["ChatOps:PublicUrl"] = "http://bot.example.com";
        (code, found) = await ExamineAsync(stage);
        code.ShouldBe(1);
        foreach (var key in (string[])["Console:Slack:ClientSecret", "Console:Slack:TeamId", "ChatOps:PublicUrl"]) found.ShouldContain(one => one.Says.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_system_that_never_answers_is_left_behind()
    {
        var clock = new QuickTimers();
        var found = await new Doctor([new Silent(), new Broken(), new Well()], clock).ExamineAsync(TestContext.Current.CancellationToken);
        found.Select(one => (one.System, one.Health)).ShouldBe([("Silent", Health.Bad), ("Broken", Health.Bad), ("Well", Health.Good)]);
        found[1].Says.ShouldNotContain("secret");
    }

    [Fact]
    public void What_it_looks_for_is_what_the_manifests_ask_for()
    {
        var manifest = File.ReadAllLines(Path.Combine(Repository.Root, "manifests", "slack-app.yaml"));
        var scopes = manifest.SkipWhile(line => line.Trim() != "bot:").Skip(1).TakeWhile(line => line.TrimStart().StartsWith("- ", StringComparison.Ordinal)).Select(line => line.Trim()[2..]);
        SlackCheckUp.Scopes.Select(one => one.Scope).ShouldBe(scopes, ignoreOrder: true);
        var role = File.ReadAllText(Path.Combine(Repository.Root, "manifests", "kubernetes", "rbac.yaml"));
        foreach (var resource in ClusterCheckUp.Rights.Select(right => right.Resource).Distinct()) role.ShouldContain(resource);
    }

    private static async Task<(int Code, Line[] Found)> ExamineAsync(Stage stage)
    {
        await using var doctor = BotProcess.Launch(stage.Folder, stage.Settings, Loopback.FreePort(), "doctor", "--json");
        var code = await doctor.ExitAsync();
        var output = doctor.Output;
        return (code, JsonSerializer.Deserialize<Line[]>(output[output.IndexOf('[')..(output.LastIndexOf(']') + 1)], JsonSerializerOptions.Web)!);
    }

    private static Line One(Line[] found, string system, string says) => found.Single(one => one.System == system && one.Says.Contains(says, StringComparison.Ordinal));

    private sealed record Line(string System, string What, string Health, string Says, string? Mend);

    /// <summary>Timers fire at once.</summary>
    private sealed class QuickTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(50), period);
    }

    private sealed class Silent : ICheckUp
    {
        public string System => "Silent";

        public Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken) => new TaskCompletionSource<ImmutableArray<Symptom>>().Task;
    }

    private sealed class Broken : ICheckUp
    {
        public string System => "Broken";

        public Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("https://user:secret@example.com");
    }

    private sealed class Well : ICheckUp
    {
        public string System => "Well";

        public Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<Symptom>>([new Symptom("Well", "all", Health.Good, "It works.")]);
    }
}
