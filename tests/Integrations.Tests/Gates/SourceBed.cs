using System.Collections.Concurrent;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>A small server on loopback that answers as the test says, and a source that asks it.</summary>
public abstract class SourceBed : IAsyncLifetime
{
    protected static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private WebApplication app = null!;

    protected Uri Url { get; private set; } = null!;

    /// <summary>What is answered: a status and a body, by path and query.</summary>
    protected Func<HttpRequest, (int Status, string Body)> Answer { get; set; } = _ => (200, "{}");

    protected ConcurrentQueue<(string Asked, string Headers, string Body)> Requests { get; } = new();

    protected Dictionary<string, string> AnswerHeaders { get; } = [];

    public async ValueTask InitializeAsync()
    {
        app = await Loopback.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            Requests.Enqueue((Uri.UnescapeDataString($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}"), string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")), Uri.UnescapeDataString(body.Replace('+', ' '))));
            var (status, text) = Answer(context.Request);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            foreach (var (name, value) in AnswerHeaders) context.Response.Headers[name] = value;
            await context.Response.WriteAsync(text);
        });
        Url = new Uri(app.Urls.First() + "/");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await app.DisposeAsync();
    }

    /// <summary>The source of that name, wired as the bot wires it.</summary>
    protected static IGateSource Source(string name, Action<IServiceCollection, IConfiguration> add, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new Frozen());
        add(services, configuration);
        return services.BuildServiceProvider().GetServices<IGateSource>().Single(source => source.Name == name);
    }

    protected static GateQuestion Ask(GateQuery query, bool compared = false, string? from = "v1.2.2") =>
        new(new RunId(7), query, "api", "prod", "v1.2.3", from, Now.AddMinutes(-3)) { Compared = compared };

    /// <summary>A clock that stands; waits still end.</summary>
    private sealed class Frozen : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
