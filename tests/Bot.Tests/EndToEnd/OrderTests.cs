using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What must be so elsewhere before something goes to production.</summary>
public sealed class OrderTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Write("services/api.yaml", """
            service: api
            owners: [payments]
            channel: "#deploys"
            depends-on: [auth]
            environments:
              staging: { simulated: { replicas: 1, version: v1.2.2 }, runbook: quick }
              early: { simulated: { replicas: 1, version: v1.2.3 }, runbook: quick }
              prod: { after: staging, for: 1h, protected: true, simulated: { replicas: 1, version: v1.2.2 }, runbook: careful }
              edge: { after: staging, simulated: { replicas: 1, version: v1.2.2 }, runbook: careful }
            """);
        stage.Write("services/auth.yaml", """
            service: auth
            owners: [payments]
            channel: "#deploys"
            environments:
              edge: { simulated: { replicas: 1, version: v1 }, runbook: careful }
            """);
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: quick\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: ask }\n");
        stage.Write("runbooks/careful.yaml", """
            runbook: careful
            steps:
              - checklist: Before
                items:
                  - It runs before this: { verify: live }
                  - It runs early: { verify: live, with: { in: early } }
                  - All is quiet: { verify: dependencies-quiet }
                  - Told
              - approval: Change
                from: [release-managers]
                count: 1
              - deploy: rolling
              - check: health
            on-failure: { rollback: ask }
            """);
        stage.Write("access.yaml", """
            groups:
              payments: { members: [ana@example.com] }
              release-managers: { slack: release-managers }
            may:
              deploy: { "*": [owners, release-managers] }
              rollback: { "*": [owners] }
            """);
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_version_goes_on_only_once_it_has_lived_long_enough_where_it_comes_from()
    {
        var ana = stage.User(stage.Ana, bot);
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply!.Says.ShouldSatisfyAllConditions(says => says.ShouldContain("order-unmet"), says => says.ShouldContain("staging runs v1.2.2"));
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.2 prod")).Reply!.Says.ShouldContain("already-live");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 staging");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to staging") && message.Shows("succeeded"));
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply!.Says.ShouldSatisfyAllConditions(says => says.ShouldContain("order-unmet"), says => says.ShouldContain("must have been live in staging for 1 h"), says => says.ShouldContain("Try again in 59 min"));
    }

    [Fact]
    public async Task Items_look_at_other_environments_and_at_what_is_needed()
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 staging");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to staging") && message.Shows("succeeded"));
        await ana.TypeAsync(Stage.Channel, "/deploy auth v2 edge");
        await stage.CardAsync(message => message.Shows("Deploy auth v2 to edge") && message.Shows("waiting for its checklist") && message.Shows("auth needs nothing that is deployed here"));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 edge");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to edge")
            && message.Shows("v1.2.3 is live in staging, 1 of 1 ready") && message.Shows("v1.2.3 is live in early") && message.Shows("run 2 changes auth (ana)"));
        await ana.TypeAsync(Stage.Channel, "/abort 2 --reason \"not today\"");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to edge") && message.Shows("nobody changes auth in edge"));      // looked at again by itself
        (await ana.TypeAsync(Stage.Channel, "/deploy auth v2 edge --plan")).Reply!.Says.ShouldContain("auth comes after no environment".Replace("auth", "edge", StringComparison.Ordinal));
    }
}
