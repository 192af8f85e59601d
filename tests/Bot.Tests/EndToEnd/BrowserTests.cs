using ChatOps.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The demo, walked in a real browser by somebody who has nothing but the program: from the typed command to the summary and the rollback.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string Pictures = Path.Combine(Repository.Root, "artifacts", "screenshots");

    private string folder = "";
    private BotProcess bot = null!;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), "Chromium is not installed: the demo was not walked in a browser.");
        folder = Directory.CreateTempSubdirectory("chatops-browser-").FullName;
        Directory.CreateDirectory(Pictures);
        bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = ShortDemo.In(folder), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}" });
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (bot is not null) await bot.DisposeAsync();
        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(1280, 900, ColorScheme.Light)]
    [InlineData(360, 740, ColorScheme.Dark)]
    public async Task The_demo_is_walked_from_the_typed_command_to_the_summary_and_the_rollback(int width, int height, ColorScheme scheme)
    {
        var version = "v1.2.3";
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        var faults = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") faults.Add(message.Text); };
        page.PageError += (_, fault) => faults.Add(fault);
        await page.GotoAsync(bot.Address.ToString());
        await Picture(page, width, "1-empty");

        await SayAsync(page, $"deploy aip {version} prod");
        await page.Locator("[data-reply=service-unknown]").GetByRole(AriaRole.Button, new() { Name = $"deploy api {version} prod" }).ClickAsync();
        var card = page.Locator("#run-1");
        await Shows(card, "waiting for its checklist");
        await Picture(page, width, "2-checklist");
        foreach (var item in (string[])["Reviewed by someone else", "Database backup taken", "Stakeholders know"])
        {
            await card.GetByRole(AriaRole.Checkbox, new() { Name = item }).ClickAsync();
        }

        await Shows(card, "waiting for approval");
        await card.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await page.Locator("[data-reply=not-in-group]").WaitForAsync();
        foreach (var manager in (string[])["ben@example.com", "dora@example.com"])
        {
            await BeAsync(page, manager);
            await card.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
            if (manager.StartsWith("ben", StringComparison.Ordinal)) await Shows(card, "1 of 2: ben");
        }

        await Shows(card, "running");
        await card.GetByRole(AriaRole.Progressbar).WaitForAsync();
        await Picture(page, width, "3-rolling-out");
        await Shows(card, "succeeded");
        await Picture(page, width, "4-succeeded");

        await page.GotoAsync(new Uri(bot.Address, "/services").ToString());
        await Shows(page.Locator("[data-key=c-api-prod]"), version);
        await Picture(page, width, "5-services");
        await page.GotoAsync(new Uri(bot.Address, "/runs/1").ToString());
        await Shows(page.Locator("#timeline"), "The target accepted the change");
        await Shows(page.Locator("#timeline"), "the summary");
        await Picture(page, width, "6-run");

        await page.GotoAsync(bot.Address.ToString());
        await BeAsync(page, "cleo@example.com");
        await page.Locator("#run-1").GetByRole(AriaRole.Button, new() { Name = "Roll back to v1.2.2" }).ClickAsync();
        await Picture(page, width, "7-are-you-sure");
        await page.Locator("#ask-yes").ClickAsync();
        await Shows(page.Locator("#run-2"), "succeeded");
        await Picture(page, width, "8-rolled-back");

        await page.GotoAsync(new Uri(bot.Address, "/services").ToString());
        await Shows(page.Locator("[data-key=c-api-prod]"), "v1.2.2");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing may be wider than the screen");
        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_works_by_keyboard_alone_and_typing_survives_what_changes_around_it()
    {
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        await page.GotoAsync(bot.Address.ToString());
        await page.Keyboard.TypeAsync("deploy web v8.4.0 prod");
        await page.Keyboard.PressAsync("Enter");
        var card = page.Locator("article[data-run]").First;
        await Shows(card, "waiting for its checklist");
        var first = card.GetByRole(AriaRole.Checkbox).First;
        await first.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Shows(card, "1 of 3 ticked");
        (await first.EvaluateAsync<bool>("box => box === document.activeElement")).ShouldBeTrue("focus stays where it was");

        await page.Locator("body").PressAsync("/");
        await page.Keyboard.TypeAsync("half a comm");
        await card.GetByRole(AriaRole.Checkbox).Nth(1).EvaluateAsync("box => box.form.requestSubmit()");
        await Shows(card, "2 of 3 ticked");
        (await page.InputValueAsync("#words")).ShouldBe("half a comm");
    }

    [Fact]
    public async Task It_works_without_scripts()
    {
        await using var context = await browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(bot.Address.ToString());
        await page.FillAsync("#words", "deploy auth v2.7.1 prod");
        await page.ClickAsync("#composer button");
        var card = page.Locator("article[data-run]").First;
        await Shows(card, "waiting for its checklist");
        await card.GetByRole(AriaRole.Checkbox).First.ClickAsync();
        await Shows(page.Locator("article[data-run]").First, "1 of 3 ticked");
        await page.Locator("article[data-run]").First.GetByRole(AriaRole.Button, new() { Name = "Abort" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, abort" }).ClickAsync();
        await Shows(page.Locator("article[data-run]").First, "cancelled");
    }

    private static async Task SayAsync(IPage page, string command)
    {
        await page.FillAsync("#words", command);
        await page.PressAsync("#words", "Enter");
    }

    private static async Task BeAsync(IPage page, string person)
    {
        await page.SelectOptionAsync("#who", person);
        await Assertions.Expect(page.Locator($"#who option[value='{person}'][selected]")).ToHaveCountAsync(1, new() { Timeout = 10_000 });
    }

    private static Task Shows(ILocator where, string words) =>
        Assertions.Expect(where).ToContainTextAsync(words, new() { IgnoreCase = true, Timeout = 30_000 });

    private static Task Picture(IPage page, int width, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{width}-{name}.png") });
}
