using System.Collections.Immutable;
using ChatOps.Integrations.Alertmanager;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>What Alertmanager says to whoever asks it what fires, as it was recorded.</summary>
public sealed class AlertmanagerFiringTests : IAsyncLifetime
{
    private WebApplication app = null!;
    private ServiceProvider services = null!;
    private (int Status, string Body) answer = (200, "[]");
    private string? asked;

    public async ValueTask InitializeAsync()
    {
        app = await Loopback.StartAsync(async context =>
        {
            asked = $"{context.Request.Path}?{string.Join('&', context.Request.Query.Select(one => $"{one.Key}={one.Value}"))}";
            context.Response.StatusCode = answer.Status;
            await context.Response.WriteAsync(answer.Body);
        });
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Alertmanager:Url", app.Urls.First())]).Build();
        services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddAlertmanager(configuration).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Silenced_alerts_are_among_those_that_fire_by_the_fingerprints_of_its_webhooks()
    {
        answer = (200, Recordings.Text("alertmanager/api-v2-alerts-get-silenced.json"));
        var firing = (await AskAsync("a \"quoted\\name")).ShouldBeOfType<Outcome<ImmutableHashSet<string>>.Done>().Value;
        firing.ShouldNotBeEmpty();
        firing.ShouldAllBe(one => one.Length == 16);
        asked.ShouldBe("/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true&filter=alertname=\"a \\\"quoted\\\\name\"");
    }

    [Theory]
    [InlineData(503, "starting")]
    [InlineData(200, "{}")]
    [InlineData(200, "[")]
    public async Task What_can_not_be_told_is_never_taken_for_nothing_fires(int status, string body)
    {
        answer = (status, body);
        (await AskAsync("Down")).ShouldNotBeOfType<Outcome<ImmutableHashSet<string>>.Done>();
    }

    private Task<Outcome<ImmutableHashSet<string>>> AskAsync(string alert) => services.GetServices<IFiring>().Single().AskAsync(alert, TestContext.Current.CancellationToken);
}
