using System.Collections.Immutable;
using System.Net;
using ChatOps.Integrations.Datadog;
using ChatOps.Integrations.PagerDuty;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>Monitors that are muted in Datadog and incidents that are acknowledged in PagerDuty: nothing counts as kept that was not read back.</summary>
public sealed class SilencerTests : IAsyncLifetime
{
    private static readonly DateTimeOffset From = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);
    private MutedStandIn muted = null!;
    private ServiceProvider services = null!;

    public async ValueTask InitializeAsync()
    {
        muted = await MutedStandIn.StartAsync();
        muted.Incidents["PT4KHLK"] = "triggered";
        Wire();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await muted.DisposeAsync();
    }

    [Fact]
    public async Task Monitors_are_muted_by_downtimes_that_are_read_back()
    {
        var kept = (await SilenceAsync("datadog", "17", "18")).ShouldBeOfType<Outcome<SilenceKept>.Done>().Value;
        (kept.Until, kept.Says).ShouldBe((From.AddHours(1), "2 monitors are muted until 09:00 UTC"));
        muted.Downtimes.Select(one => (long)one["attributes"]!["monitor_identifier"]!["monitor_id"]!).ShouldBe([17, 18]);
        kept.Id.ShouldBe(string.Join(',', muted.Downtimes.Select(one => (string?)one["id"])));
        ((string?)muted.Downtimes[0]["attributes"]!["message"]).ShouldBe("being worked on (cleo@example.com, A12/1/17)");
    }

    [Fact]
    public async Task A_downtime_whose_answer_was_lost_is_found_again_however_many_there_are()
    {
        for (var other = 0; other < 45; other++) muted.AddDowntime($"somebody's own {other}");
        muted.LoseNextAnswer = true;
        (await SilenceAsync("datadog", "17")).ShouldBeOfType<Outcome<SilenceKept>.Later>();
        (await SilenceAsync("datadog", "17")).ShouldBeOfType<Outcome<SilenceKept>.Done>().Value.Id.ShouldBe((string?)muted.Downtimes[^1]["id"]);
        muted.Downtimes.Count.ShouldBe(46);
    }

    [Theory]
    [InlineData("canceled", null, "datadog-not-active")]
    [InlineData("active", 99L, "datadog-other-monitor")]
    public async Task A_downtime_that_is_not_what_was_asked_for_is_not_confirmed(string becomes, long? monitor, string code)
    {
        (muted.DowntimeBecomes, muted.OtherMonitor) = (becomes, monitor);
        (await SilenceAsync("datadog", "17")).ShouldBeOfType<Outcome<SilenceKept>.Never>().Fault.Code.ShouldBe(code);
    }

    [Fact]
    public async Task An_incident_is_acknowledged_and_read_back_and_twice_is_once()
    {
        var kept = (await SilenceAsync("pagerduty", "PT4KHLK")).ShouldBeOfType<Outcome<SilenceKept>.Done>().Value;
        (kept.Id, kept.Until, kept.Says).ShouldBe(("PT4KHLK", null, "1 incident is acknowledged"));
        muted.Incidents["PT4KHLK"].ShouldBe("acknowledged");
        muted.LoseNextAnswer = true;
        (await SilenceAsync("pagerduty", "PT4KHLK")).ShouldBeOfType<Outcome<SilenceKept>.Later>();
        (await SilenceAsync("pagerduty", "PT4KHLK")).ShouldBeOfType<Outcome<SilenceKept>.Done>();
    }

    [Fact]
    public async Task An_incident_that_is_still_triggered_is_not_confirmed_and_one_that_is_over_is_quiet_already()
    {
        muted.IncidentBecomes = "triggered";
        (await SilenceAsync("pagerduty", "PT4KHLK")).ShouldBeOfType<Outcome<SilenceKept>.Never>().Fault.Code.ShouldBe("pagerduty-not-acknowledged");
        muted.Incidents["PT4KHLK"] = "resolved";
        (await SilenceAsync("pagerduty", "PT4KHLK")).ShouldBeOfType<Outcome<SilenceKept>.Done>();
        (await SilenceAsync("pagerduty", "PGONE")).ShouldBeOfType<Outcome<SilenceKept>.Never>().Fault.Code.ShouldBe("pagerduty-refused");
    }

    [Theory]
    [InlineData("datadog", "17")]
    [InlineData("pagerduty", "PT4KHLK")]
    public async Task A_refusal_says_whether_it_may_pass_and_never_the_key(string system, string handle)
    {
        muted.Refusal = HttpStatusCode.TooManyRequests;
        (await SilenceAsync(system, handle)).ShouldBeOfType<Outcome<SilenceKept>.Later>().After.ShouldBe(TimeSpan.FromSeconds(7));
        muted.Refusal = HttpStatusCode.BadGateway;
        (await SilenceAsync(system, handle)).ShouldBeOfType<Outcome<SilenceKept>.Later>();
        muted.Refusal = null;
        await services.DisposeAsync();
        Wire(("Datadog:AppKey", "another-secret"), ("PagerDuty:ApiToken", "another-secret"));
        var fault = (await SilenceAsync(system, handle)).ShouldBeOfType<Outcome<SilenceKept>.Never>().Fault;
        fault.Code.ShouldBe($"{system}-not-let-in");
        fault.ToString().ShouldNotContain("another-secret");
        muted.Downtimes.ShouldBeEmpty();
        (await SilenceAsync(system)).ShouldBeOfType<Outcome<SilenceKept>.Never>().Fault.Code.ShouldStartWith($"{system}-no-");
    }

    private void Wire(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(muted.Settings).AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build();
        services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddDatadog(configuration).AddPagerDuty(configuration).BuildServiceProvider();
    }

    private Task<Outcome<SilenceKept>> SilenceAsync(string system, params ImmutableArray<string> handles) => services.GetServices<ISilencer>().Single(one => one.System == system)
        .SilenceAsync(new SilenceWanted(ImmutableSortedDictionary<string, string>.Empty, handles, From, From.AddHours(1), "cleo@example.com", "being worked on", "A12/1"), TestContext.Current.CancellationToken);
}
