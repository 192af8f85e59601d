using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

public sealed class HealthClientTests : IAsyncLifetime
{
    private readonly HealthClient client = new(TimeProvider.System);
    private readonly TaskCompletionSource never = new();
    private WebApplication app = null!;
    private Uri url = null!;

    public async ValueTask InitializeAsync()
    {
        app = await Loopback.StartAsync(AnswerAsync);
        url = new Uri(app.Urls.First());
    }

    [Theory]
    [InlineData("/ok", 200, "", true, "200")]
    [InlineData("/busy", 200, "", false, "503, expected 200")]
    [InlineData("/busy", 503, "", true, "503")]
    [InlineData("/login", 200, "", false, "302, expected 200")]
    [InlineData("/json", 200, "status=UP", true, "200, status is UP")]
    [InlineData("/json", 200, "status=DOWN", false, "status is UP, expected DOWN")]
    [InlineData("/json", 200, "db.status=UP,db.ms=12,ok=true,checks.0.name=disk,a.b=dotted", true, null)]
    [InlineData("/json", 200, "db.lag=1", false, "db.lag is missing, expected 1")]
    [InlineData("/ok", 200, "status=UP", false, "an answer that is not JSON")]
    [InlineData("/long", 200, "status=UP", false, "an answer of more than 256 kB")]
    public async Task A_service_is_well_when_it_answers_as_expected(string path, int status, string fields, bool healthy, string? says)
    {
        var answer = await client.AskAsync(Probe(new Uri(url, path), status, fields), default);
        answer.Healthy.ShouldBe(healthy, answer.Says);
        if (says is not null) answer.Says.ShouldBe(says);
    }

    [Fact]
    public async Task Silence_and_absence_are_answers()
    {
        var slow = await client.AskAsync(Probe(new Uri(url, "/never")) with { Timeout = TimeSpan.FromMilliseconds(50) }, default);
        slow.ShouldSatisfyAllConditions(a => a.Healthy.ShouldBeFalse(), a => a.Says.ShouldContain("no answer within"), a => a.Took.ShouldBeGreaterThan(TimeSpan.Zero));
        var gone = url;
        never.SetResult();
        await app.StopAsync();
        (await client.AskAsync(Probe(gone), default)).Says.ShouldBe("no connection: it refused the connection");
    }

    public async ValueTask DisposeAsync()
    {
        never.TrySetResult();
        client.Dispose();
        await app.DisposeAsync();
    }

    private static HealthProbe Probe(Uri url, int status = 200, string fields = "") => new(
        url, status, fields.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).ToImmutableSortedDictionary(f => f[0], f => f[1]),
        1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/busy": context.Response.StatusCode = 503; break;
            case "/login": context.Response.Redirect("/ok"); break;
            case "/json": await context.Response.WriteAsync("""{"status":"UP","db":{"status":"UP","ms":12},"ok":true,"checks":[{"name":"disk"}],"a.b":"dotted"}"""); break;
            case "/long": await context.Response.WriteAsync(new string(' ', 300_000) + "{}"); break;
            case "/never": await never.Task; break;
            default: await context.Response.WriteAsync("fine"); break;
        }
    }
}
