using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Slack;

/// <summary>Several workspaces of one Slack: who is spoken to by which token, and what happens when one of them is gone.</summary>
public sealed class SlackWorkspacesTests : IAsyncLifetime
{
    private static readonly Card Card = new("Deploy api", Tone.Waiting, "waiting", "Run 1 waits for approval.");
    private static readonly Uri Back = new("http://127.0.0.1/slack/oauth");
    private readonly Kept kept = new();
    private SlackStandIn slack = null!;
    private SlackStandIn acme = null!;
    private ServiceProvider services = null!;

    private IChat Chat => services.GetRequiredService<IChat>();

    private IDirectory Directory => services.GetRequiredService<IDirectory>();

    private SlackWorkspaces Workspaces => services.GetRequiredService<SlackWorkspaces>();

    public async ValueTask InitializeAsync()
    {
        slack = await SlackStandIn.StartAsync();
        slack.AddUser("ana", "ana@example.com");
        acme = slack.AddTeam("T2", "Acme Corp");
        acme.AddChannel("general");
        acme.AddUser("ana", "another.ana@acme.example.com");
        acme.AddUser("eve", "eve@acme.example.com");
        acme.AddGroup("managers", "UEVE");
        Start(slack.Settings);
        await InstallAsync(acme);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await slack.DisposeAsync();
    }

    [Theory]
    [InlineData("#general@T2")]
    [InlineData("#general@acme-corp")]
    [InlineData("#general@Acme Corp")]
    [InlineData("CGENERAL@T2")]
    public async Task A_channel_with_a_workspace_behind_it_is_that_workspaces(string channel)
    {
        var posted = (await PostAsync(channel)).ShouldBeOfType<Outcome<Posted>.Done>().Value;
        posted.Channel.ShouldBe("CGENERAL@T2");
        posted.Permalink!.Host.ShouldBe("acme-corp.slack.com");
        (await Chat.UpdateAsync(posted, Card with { State = "running" }, default)).ShouldBeOfType<Outcome<Nothing>.Done>();
        acme.Messages.ShouldHaveSingleItem().Updates.ShouldBe(1);
        slack.Messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("#general")]
    [InlineData("#general@T1")]
    [InlineData("#general@stand-in")]
    public async Task Without_one_or_with_homes_own_it_is_homes(string channel)
    {
        (await PostAsync(channel)).ShouldBeOfType<Outcome<Posted>.Done>().Value.Channel.ShouldBe("CGENERAL");
        acme.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_post_whose_answer_was_lost_is_found_again_where_it_was_posted()
    {
        var since = DateTimeOffset.UtcNow;
        acme.LoseAnswer("chat.postMessage");
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Later>();
        (await Chat.PostAsync(new Place("slack", "#general@T2"), Card, "run-1", since, null, default)).ShouldBeOfType<Outcome<Posted>.Done>();
        acme.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_same_id_in_two_workspaces_is_two_accounts()
    {
        (await Directory.FindAccountAsync("UANA", default))!.Person.ShouldBe(new Person("ana@example.com"));
        var there = (await Directory.FindAccountAsync("UANA@T2", default)).ShouldNotBeNull();
        (there.Id, there.Person).ShouldBe(("UANA@T2", new Person("another.ana@acme.example.com")));
        (await Directory.FindMembersAsync("managers@acme-corp", default)).ShouldBe([new Person("eve@acme.example.com")]);
        (await Directory.FindMembersAsync("managers", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Somebody_is_written_to_in_the_first_workspace_that_knows_them()
    {
        (await PostAsync("@ana@example.com")).ShouldBeOfType<Outcome<Posted>.Done>().Value.Channel.ShouldBe("DANA");
        (await PostAsync("@eve@acme.example.com")).ShouldBeOfType<Outcome<Posted>.Done>().Value.Channel.ShouldBe("DEVE@T2");
        (await PostAsync("@nobody@example.com")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-users_not_found");
    }

    [Theory]
    [InlineData("token_revoked")]
    [InlineData("account_inactive")]
    [InlineData("invalid_auth")]
    public async Task A_token_that_Slack_takes_no_more_ends_that_workspace_alone_and_is_not_tried_again(string error)
    {
        acme.End(error);
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("slack-not-installed"), fault => fault.Next!.ShouldContain("/slack/install"));
        var calls = acme.Calls.Count;
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Why.ShouldContain(error);
        (await Directory.FindAccountAsync("UANA@T2", default)).ShouldBeNull();
        acme.Calls.Count.ShouldBe(calls);
        kept.Events.OfType<SlackRevoked>().ShouldHaveSingleItem().ShouldBe(new SlackRevoked("T2", error, acme.TeamName));
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Done>();

        await InstallAsync(acme);
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task Homes_token_ends_nothing()
    {
        slack.Fail("chat.postMessage", "token_revoked");
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Next!.ShouldContain("Slack:BotToken");
        kept.Events.OfType<SlackRevoked>().ShouldBeEmpty();
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task What_Slack_says_late_of_an_older_token_ends_no_newer_one(bool isGood, int ends)
    {
        if (!isGood) acme.End("token_revoked");
        await Workspaces.LeftAsync(new SlackSender("T2", null, false), uninstalled: true, default);
        kept.Events.Count(one => one is SlackUninstalled).ShouldBe(ends);
        kept.Events.OfType<SlackRevoked>().ShouldBeEmpty();
        (await Workspaces.OriginAsync(new SlackSender("T2", null, false), default) is null).ShouldBe(!isGood);
    }

    [Theory]
    [InlineData("T1", null, false, "")]
    [InlineData("T2", null, false, "T2")]
    [InlineData("T9", null, false, null)]
    [InlineData(null, null, false, null)]
    [InlineData("T3", "E1", true, "E1")]
    [InlineData(null, "E1", true, "E1")]
    [InlineData("T3", "E1", false, "E1")]
    [InlineData("T2", "E1", false, "T2")]
    [InlineData("T2", "E1", true, "E1")]
    public async Task A_request_is_its_workspaces_or_its_organizations_or_nobodys(string? team, string? enterprise, bool isGrid, string? expected)
    {
        await InstallAsync(slack.AddTeam("T3", "Big Org", "E1", ("T3", "North")));
        var origin = await Workspaces.OriginAsync(new SlackSender(team, enterprise, isGrid), default);
        (origin is null ? null : origin.Workspace ?? "").ShouldBe(expected);
    }

    [Fact]
    public async Task Of_an_organization_a_channel_needs_the_workspace_it_is_in()
    {
        var grid = slack.AddTeam("T3", "Big Org", "E1", ("T3", "North"), ("T4", "South"));
        grid.AddChannel("deploys", team: "T4");
        await InstallAsync(grid);
        (await PostAsync("#deploys@big-org")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Why.ShouldContain("organization");
        (await PostAsync("#deploys@north")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-channel_not_found");
        (await PostAsync("#deploys@south")).ShouldBeOfType<Outcome<Posted>.Done>().Value.Channel.ShouldBe("CDEPLOYST4@E1");
        (await PostAsync("#deploys@T4")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Theory]
    [InlineData("#general", "CGENERAL", true)]
    [InlineData("#general", "CGENERAL@T2", false)]
    [InlineData("#general@acme-corp", "CGENERAL@T2", true)]
    [InlineData("#general@stand-in", "CGENERAL", true)]
    [InlineData("#general@nowhere", "CGENERAL@T2", false)]
    public async Task Places_are_together_in_one_workspace_however_it_is_written(string one, string other, bool together) =>
        (await Chat.AreTogetherAsync(new Place("slack", one), new Place("slack", other), default)).ShouldBe(together);

    [Fact]
    public async Task Each_workspace_has_its_own_pace()
    {
        acme.FailWith("chat.postMessage", 429, retryAfter: 60);
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Later>();
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Later>();
        acme.Calls.Count(call => call == "chat.postMessage").ShouldBe(1);
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task Two_of_one_name_have_to_be_named_by_id_and_an_unknown_one_is_told()
    {
        var twin = slack.AddTeam("T5", "Acme Corp");
        twin.AddChannel("general");
        await InstallAsync(twin);
        foreach (var channel in (string[])["#general@acme-corp", "#general@nowhere"]) (await PostAsync(channel)).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-not-installed");
        (await PostAsync("#general@T5")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task A_token_that_can_not_be_unsealed_is_told_and_a_database_that_does_not_answer_is_waited_for()
    {
        kept.KeysAreGone = true;
        await InstallAsync(acme);
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-token-sealed");
        kept.IsDown = true;
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Later>();
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Done>();
        (await PostAsync("@ana@example.com")).ShouldBeOfType<Outcome<Posted>.Done>();
    }

    [Fact]
    public async Task Without_home_there_are_the_installed_ones()
    {
        await services.DisposeAsync();
        Start(slack.Settings.Where(one => one.Key != "Slack:BotToken"));
        (await PostAsync("#general")).ShouldBeOfType<Outcome<Posted>.Never>().Fault.Code.ShouldBe("slack-no-home");
        (await PostAsync("#general@T2")).ShouldBeOfType<Outcome<Posted>.Done>();
        (await Workspaces.OriginAsync(new SlackSender("T1", null, false), default)).ShouldBeNull();
        var rooms = services.GetRequiredService<IRooms>();
        (await rooms.MakeAsync(["inc-1"], false, DateTimeOffset.UtcNow, null, default)).ShouldBeOfType<Outcome<Room>.Never>();
        (await rooms.SetTopicAsync("CGENERAL@T2", "Topic", default)).ShouldBeOfType<Outcome<Nothing>.Done>();
    }

    [Theory]
    [InlineData("slack-install-workspace", "T9", "A1", false, SlackStandIn.ClientSecret)]
    [InlineData("slack-install-app", "T2", "A2", false, SlackStandIn.ClientSecret)]
    [InlineData("slack-install-rotation", "T2", "A1", true, SlackStandIn.ClientSecret)]
    [InlineData("slack-bad_client_secret", "T2", "A1", false, "wrong")]
    public async Task What_is_not_to_be_kept_is_refused_with_what_to_do_about_it(string code, string allowed, string app, bool rotates, string secret)
    {
        await services.DisposeAsync();
        Start(slack.Settings, [new("Slack:Workspaces", allowed), new("Slack:AppId", "A1"), new("Slack:ClientSecret", secret)]);
        (slack.AppId, slack.Rotates) = (app, rotates);
        (await ComeBackAsync(acme)).ShouldBeOfType<Outcome<SlackGrant>.Never>().Fault.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe(code), fault => fault.Next.ShouldNotBeNull(), fault => fault.ToString().ShouldNotContain("xoxb"));
    }

    [Fact]
    public async Task A_code_is_good_for_the_address_it_was_asked_for_and_once()
    {
        var oauth = services.GetRequiredService<SlackOAuth>();
        var code = await CodeAsync(acme);
        (await oauth.ExchangeAsync(code, new Uri("http://127.0.0.1/elsewhere"), default)).ShouldBeOfType<Outcome<SlackGrant>.Never>().Fault.Code.ShouldBe("slack-bad_redirect_uri");
        (await oauth.ExchangeAsync(code, Back, default)).ShouldBeOfType<Outcome<SlackGrant>.Never>().Fault.Code.ShouldBe("slack-invalid_code");
        (await oauth.ExchangeAsync(new string('a', 501), Back, default)).ShouldBeOfType<Outcome<SlackGrant>.Never>().Fault.Code.ShouldBe("slack-install-code");
    }

    private void Start(IEnumerable<KeyValuePair<string, string?>> settings, IEnumerable<KeyValuePair<string, string?>>? more = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).AddInMemoryCollection([new("Slack:ClientId", SlackStandIn.ClientId), new("Slack:ClientSecret", SlackStandIn.ClientSecret)]).AddInMemoryCollection(more ?? []).Build();
        services = new ServiceCollection().AddLogging().AddSingleton<ISlackInstalls>(kept).AddSlack(configuration).BuildServiceProvider();
    }

    private async Task InstallAsync(SlackStandIn team)
    {
        var grant = (await ComeBackAsync(team)).ShouldBeOfType<Outcome<SlackGrant>.Done>().Value;
        grant.ToString().ShouldNotContain(grant.Token);
        kept.Add(new SlackInstalled(new SlackInstall(grant.Id, grant.Name, grant.IsGrid, grant.Bot, grant.App, grant.Scopes, "sealed:" + grant.Token, "ana@example.com")));
    }

    private async Task<Outcome<SlackGrant>> ComeBackAsync(SlackStandIn team) => await services.GetRequiredService<SlackOAuth>().ExchangeAsync(await CodeAsync(team), Back, default);

    /// <summary>The code that somebody brings back who lets the app into a workspace.</summary>
    private async Task<string> CodeAsync(SlackStandIn team)
    {
        slack.Choice = team;
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var sent = await browser.GetAsync(services.GetRequiredService<SlackOAuth>().AuthorizeAt("state", Back));
        return QueryHelpers.ParseQuery(sent.Headers.Location!.Query)["code"].ToString();
    }

    private Task<Outcome<Posted>> PostAsync(string channel) => Chat.PostAsync(new Place("slack", channel), Card, "run-1", null, null, default);

    /// <summary>Installs as they are kept, without a database; every event goes through its stored form.</summary>
    private sealed class Kept : ISlackInstalls
    {
        private SlackInstallBook book = SlackInstallBook.Empty;

        public List<SlackInstallEvent> Events { get; } = [];

        public bool KeysAreGone { get; set; }

        public bool IsDown { get; set; }

        public bool On => true;

        public ValueTask<SlackInstallBook> NowAsync(CancellationToken cancellationToken) => IsDown ? throw new StoreUnavailableException() : ValueTask.FromResult(book);

        public string? Unseal(SlackInstall install) => KeysAreGone ? null : install.Token["sealed:".Length..];

        public Task EndAsync(SlackInstall install, SlackInstallEvent how, CancellationToken cancellationToken)
        {
            if (book.Find(install.Id) is { Ended: null } now && now.Token == install.Token) Add(how);
            return Task.CompletedTask;
        }

        public void Add(SlackInstallEvent what)
        {
            Events.Add(what);
            var written = SlackInstallBook.Write(what);
            book = book.Evolve(SlackInstallBook.Read(new StoredEvent(SlackInstallBook.Stream, book.Version + 1, written.Type, written.Body, DateTimeOffset.UnixEpoch)));
        }
    }
}
