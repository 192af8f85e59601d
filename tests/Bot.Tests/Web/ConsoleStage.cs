using System.Net;
using System.Text.RegularExpressions;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Web;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Registry;
using ChatOps.Integrations.Simulated;
using ChatOps.Integrations.Sqlite;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatOps.Bot.Tests.Web;

/// <summary>The console with everything real behind it, on the demo's configuration, in this process.</summary>
internal sealed class ConsoleStage : IAsyncDisposable
{
    private readonly string folder;
    private readonly WebApplication app;

    private ConsoleStage(string folder, WebApplication app) => (this.folder, this.app) = (folder, app);

    public Uri Address => new(app.Urls.First());

    public IServiceProvider Services => app.Services;

    /// <param name="demo">False: nobody can be chosen, as outside the demo.</param>
    /// <param name="console">How people sign in; its public address is where the console listens.</param>
    public static async Task<ConsoleStage> StartAsync(bool demo = true, ConsoleSettings? console = null, TimeProvider? clock = null, IDirectory? directory = null)
    {
        clock ??= TimeProvider.System;
        var folder = Directory.CreateTempSubdirectory("chatops-console-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(console?.Origin ?? "http://127.0.0.1:0");
        var config = new ConfigFolder(Path.Combine(Repository.Root, "examples", "demo"), TimeProvider.System, NullLogger<ConfigFolder>.Instance);
        config.Load();
        var configuration = config.Current;
        if (!demo) configuration = configuration with { Access = configuration.Access with { Demo = [] } };
        builder.Services.AddSingleton(clock).AddSingleton(new BotAddress(null)).AddSingleton(config).AddSingleton<Func<Configuration>>(() => configuration);
        builder.Services.AddSqlite(new SqliteAddress(Path.Combine(folder, "chatops.db")));
        builder.Services.AddGuardedHttp(builder.Configuration).AddRegistries(builder.Configuration);
        builder.Services.AddSingleton<ITargets>(new SimulatedTargets(Path.Combine(folder, "simulated.json"), TimeProvider.System));
        builder.Services.AddRuns().AddCommands().AddConsole().AddSignIn(console ?? ConsoleSettings.None).AddSingleton<Doctor>();
        builder.Services.AddSingleton<ITeamsAudience>(s => new Audience(s.GetServices<IDirectory>(), s.GetRequiredService<Func<Configuration>>()));
        if (directory is not null) builder.Services.AddSingleton(directory);
        var app = builder.Build();
        await app.Services.GetRequiredService<IStore>().MigrateAsync(CancellationToken.None);
        app.MapConsole();
        await app.StartAsync();
        return new ConsoleStage(folder, app);
    }

    /// <summary>A browser that keeps cookies and does not follow redirects.</summary>
    public Browser Browser() => new(Address);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>As much of a browser as a form needs.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient http;

    private readonly string origin;

    public Browser(Uri address)
    {
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
        origin = address.GetLeftPart(UriPartial.Authority);
    }

    public HttpClient Http => http;

    /// <summary>What the forms of the last page carried.</summary>
    public string Token { get; private set; } = "";

    public async Task<string> OpenAsync(string path = "/")
    {
        var page = await http.GetStringAsync(path);
        if (Visitor.TokenOf(page) is { Length: > 0 } token) Token = token;
        return page;
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(path, fields, chunked: false);

    /// <param name="chunked">Without saying beforehand how long it is.</param>
    public async Task<HttpResponseMessage> SendAsync(string path, (string Name, string Value)[] fields, bool chunked)
    {
        var all = fields.Select(field => KeyValuePair.Create(field.Name, field.Value));
        using var form = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Any(field => field.Name == "token") ? all : all.Append(KeyValuePair.Create("token", Token))) };
        form.Headers.Add("Origin", origin);
        form.Headers.TransferEncodingChunked = chunked;
        return await http.SendAsync(form);
    }

    public Task<HttpResponseMessage> SayAsync(string text, string? delivery = null) => PostAsync("/say", ("text", text), ("delivery", delivery ?? Guid.NewGuid().ToString("N")));

    /// <summary>Presses the first button of a page that does this, as the form says.</summary>
    public Task<HttpResponseMessage> ClickAsync(string page, string verb) => PostAsync("/click", FieldsOf(page, verb));

    public static (string Name, string Value)[] FieldsOf(string page, string verb)
    {
        var form = Regex.Match(page, $"<form class=\"act\"[^>]* data-action=\"{verb}\".*?</form>", RegexOptions.Singleline).Value;
        return [.. Regex.Matches(form, "<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"").Select(field => (field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value)))];
    }

    public void Dispose() => http.Dispose();
}
