using System.Text.Json;
using ChatOps.Bot.Web;
using ChatOps.Integrations.Teams;
using ChatOps.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The console's pages in a real browser: contrast as it is computed, names for whoever hears them, one heading after the other, nothing wider than a phone. And every state of a card as a picture.</summary>
public sealed class PagesTests(PagesTests.Demo demo) : IClassFixture<PagesTests.Demo>
{
    private static readonly string Gallery = Path.Combine(Repository.Root, "artifacts", "gallery");

    public static TheoryData<string> Pages => ["/", "/waiting", "/runs", "/runs/1", "/services", "/settings", "/cards", "/cards?surface=slack", "/cards?surface=teams", "/audit", "/runbooks"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_page_can_be_read_and_heard_in_dark_and_light_and_on_a_phone(string path)
    {
        demo.SkipWithoutBrowser();
        foreach (var (width, scheme) in ((int, ColorScheme)[])[(1280, ColorScheme.Light), (360, ColorScheme.Dark)])
        {
            var page = await demo.OpenAsync(path, width, scheme);
            foreach (var fault in await FaultsAsync(page)) demo.Faults.Add($"{path} at {width} in {scheme}: {fault}");
            Directory.CreateDirectory(Path.Combine(Gallery, "pages"));
            await page.ScreenshotAsync(new() { Path = Path.Combine(Gallery, "pages", $"{path.Trim('/').Replace('/', '-').Replace('?', '-')}-{width}.png"), FullPage = !path.StartsWith("/cards", StringComparison.Ordinal) });
            await page.CloseAsync();
        }

        demo.Faults.Where(fault => fault.StartsWith(path + " ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_check_would_see_a_page_that_is_hard_to_read()
    {
        demo.SkipWithoutBrowser();
        var page = await demo.OpenAsync("/settings", 360, ColorScheme.Light);
        await page.EvaluateAsync("""
            () => {
              const main = document.querySelector('main');
              const add = (tag, set) => { const it = document.createElement(tag); set(it); main.append(it); };
              add('p', it => { it.textContent = 'pale'; it.style.color = '#bbb'; });
              add('button', () => {});
              add('input', it => { it.type = 'text'; });
              add('h5', it => { it.textContent = 'too deep'; });
              add('div', it => { it.style.width = '900px'; it.style.flex = 'none'; it.textContent = 'wide'; });
            }
            """);
        var faults = string.Join('\n', await FaultsAsync(page));
        foreach (var part in (string[])["pale", "button without a name", "input without a name", "h5 after", "wider than the screen"]) faults.ShouldContain(part);
        await page.CloseAsync();
    }

    [Fact]
    public async Task On_a_phone_the_name_of_the_page_one_is_on_is_in_sight()
    {
        demo.SkipWithoutBrowser();
        var page = await demo.OpenAsync("/settings", 360, ColorScheme.Light);
        await page.Locator("html[data-live]").WaitForAsync();
        (await page.EvaluateAsync<bool>("(({ left, right }) => left >= 0 && right <= innerWidth)(document.querySelector('.top nav [aria-current]').getBoundingClientRect())")).ShouldBeTrue();
        await page.CloseAsync();
    }

    [Fact]
    public async Task What_waits_is_reached_and_done_by_keyboard_alone()
    {
        demo.SkipWithoutBrowser();
        var page = await demo.OpenAsync("/waiting", 1280, ColorScheme.Light);
        await Assertions.Expect(page.Locator("#run-1")).ToContainTextAsync("waiting for its checklist");
        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.textContent")).ShouldBe("To the content");
        await page.Keyboard.PressAsync("Enter");
        var first = page.Locator("#run-1 [role=checkbox]").First;
        for (var presses = 0; presses < 20 && !await first.EvaluateAsync<bool>("box => box === document.activeElement"); presses++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(first).ToHaveAttributeAsync("aria-checked", "true", new() { Timeout = 20_000 });
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(first).ToHaveAttributeAsync("aria-checked", "false", new() { Timeout = 20_000 });
        await page.CloseAsync();
    }

    /// <summary>Pictures of every state on every surface, with a page to look through: <c>tests/gallery/render.sh</c> brings Teams' own renderer, without which its cards are left out.</summary>
    [Fact]
    public async Task Every_state_of_a_card_becomes_a_picture_on_every_surface()
    {
        demo.SkipWithoutBrowser();
        var pictures = new List<(string State, string Surface, string File)>();
        foreach (var surface in (string[])["console", "slack"])
        {
            foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                var page = await demo.OpenAsync($"/cards?surface={surface}", 760, scheme);
                await page.EvaluateAsync("document.querySelector('.top').remove()");      // it would lie over what is scrolled to
                foreach (var state in CardStates.All)
                {
                    var file = $"{surface}-{state.Name}-{scheme}.png".ToLowerInvariant();
                    await PictureAsync(page.Locator($"section[data-state={state.Name}]"), file);
                    pictures.Add((state.Name, $"{surface}, {scheme.ToString().ToLowerInvariant()}", file));
                }

                await page.CloseAsync();
            }
        }

        if (Environment.GetEnvironmentVariable("GALLERY_ADAPTIVECARDS") is { Length: > 0 } script && File.Exists(script)) pictures.AddRange(await TeamsAsync(script));
        File.WriteAllText(Path.Combine(Gallery, "index.html"), Index(pictures));
        pictures.Select(one => one.State).Distinct().ShouldBe(CardStates.All.Select(state => state.Name));
    }

    /// <summary>Teams' cards, drawn by Microsoft's own renderer; what it finds wrong with one is a fault.</summary>
    private async Task<List<(string, string, string)>> TeamsAsync(string script)
    {
        var page = await demo.NewPageAsync(760, ColorScheme.Light);
        await page.SetContentAsync("<!doctype html><html lang=en><body style=\"font:15px sans-serif;margin:12px\"></body></html>");
        await page.AddScriptTagAsync(new() { Path = script });
        if (Environment.GetEnvironmentVariable("GALLERY_MARKDOWN") is { Length: > 0 } markdown && File.Exists(markdown))
        {
            await page.AddScriptTagAsync(new() { Path = markdown });

            // In a function of its own: an expression that is one would be called at once, without a text.
            await page.EvaluateAsync("() => { AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => { result.outputHtml = markdownit().render(text); result.didProcess = true; }; }");
        }

        var pictures = new List<(string, string, string)>();
        foreach (var state in CardStates.All)
        {
            var errors = await page.EvaluateAsync<string[]>("""
                json => {
                  const context = new AdaptiveCards.SerializationContext();
                  const card = new AdaptiveCards.AdaptiveCard();
                  card.hostConfig = new AdaptiveCards.HostConfig({ fontFamily: 'Segoe UI, sans-serif' });
                  card.parse(JSON.parse(json), context);
                  const box = document.createElement('div');
                  box.id = 'card';
                  box.append(card.render());
                  document.body.replaceChildren(box);
                  return Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
                }
                """, TeamsCards.Render(state.Card, TeamsView.All).Card.ToJsonString());
            errors.ShouldBeEmpty(state.Name);
            var file = $"teams-{state.Name}.png";
            await PictureAsync(page.Locator("#card"), file);
            pictures.Add((state.Name, "teams", file));
        }

        await page.CloseAsync();
        return pictures;
    }

    private static async Task PictureAsync(ILocator what, string file)
    {
        Directory.CreateDirectory(Gallery);
        await what.ScreenshotAsync(new() { Path = Path.Combine(Gallery, file), Animations = ScreenshotAnimations.Disabled });
    }

    private static string Index(IEnumerable<(string State, string Surface, string File)> pictures) =>
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Cards</title><style>body{font:15px sans-serif;margin:2rem}section{display:flex;gap:1rem;flex-wrap:wrap;align-items:start}figure{margin:0 0 1rem}img{max-width:30rem;border:1px solid #ccc}</style><h1>Cards</h1>"
        + string.Concat(pictures.GroupBy(one => one.State).Select(state => $"<h2>{state.Key}</h2><section>{string.Concat(state.Select(one => $"<figure><figcaption>{one.Surface}</figcaption><img src=\"{one.File}\" alt=\"{one.State} on {one.Surface}\" loading=\"lazy\"></figure>"))}</section>"));

    private static async Task<string[]> FaultsAsync(IPage page) => JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Bot.Tests", "EndToEnd", "readable.js"))))!;

    /// <summary>The demo with one run that waits, and a browser.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        private const string Chromium = "/usr/bin/chromium";
        private readonly string folder = Directory.CreateTempSubdirectory("chatops-pages-").FullName;
        private BotProcess? bot;
        private IPlaywright? playwright;
        private IBrowser? browser;

        public List<string> Faults { get; } = [];

        public void SkipWithoutBrowser() => Assert.SkipUnless(browser is not null, "Chromium is not installed: no page was looked at.");

        public async ValueTask InitializeAsync()
        {
            if (!File.Exists(Chromium)) return;
            bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples", "demo"), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}" });
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
            var page = await OpenAsync("/", 1280, ColorScheme.Light);
            foreach (var command in (string[])["lock auth prod \"looking into a leak\"", "deploy api v1.2.3 prod"])
            {
                await page.FillAsync("#words", command);
                await page.PressAsync("#words", "Enter");
                await Assertions.Expect(page.Locator(".said").Last).ToHaveTextAsync($"You said: {command}", new() { Timeout = 20_000 });
            }

            await page.CloseAsync();
        }

        public async Task<IPage> OpenAsync(string path, int width, ColorScheme scheme)
        {
            var page = await NewPageAsync(width, scheme);
            await page.GotoAsync(new Uri(bot!.Address, path).ToString());
            return page;
        }

        public Task<IPage> NewPageAsync(int width, ColorScheme scheme) => browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });

        public async ValueTask DisposeAsync()
        {
            if (browser is not null) await browser.DisposeAsync();
            playwright?.Dispose();
            if (bot is not null) await bot.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
