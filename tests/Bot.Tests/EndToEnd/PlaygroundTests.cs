using System.Text.Json.Nodes;
using ChatOps.Testing;
using ChatOps.Testing.Teams;
using Microsoft.Playwright;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The demo in Teams' own renderer: typed in the Agents Playground, ticked, approved by others in windows of their own, and seen to change there.</summary>
public sealed class PlaygroundTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string Pictures = Path.Combine(Repository.Root, "artifacts", "screenshots");

    private string folder = "";
    private BotProcess? bot;
    private Playground? playground;
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), "Chromium is not installed: the Agents Playground was not walked.");
        Assert.SkipUnless(Playground.IsInstalled, "The Agents Playground is not installed (tests/run.sh does it): Teams' own renderer was not walked.");
        folder = Directory.CreateTempSubdirectory("chatops-playground-").FullName;
        Directory.CreateDirectory(Pictures);
        bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = ShortDemo.In(folder), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}" });
        playground = await Playground.StartAsync(bot.Address, TestContext.Current.CancellationToken);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (playground is not null) await playground.DisposeAsync();
        if (bot is not null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
            await bot.DisposeAsync();
        }

        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("personal")]
    [InlineData("channel")]
    public async Task A_typed_command_is_ticked_approved_by_others_and_seen_to_end(string where)
    {
        // Others are not in her personal chat. Whoever approves has the channel open: the Playground tells a window nothing of what was before it.
        var (ben, dora) = (await OpenAsync("Ben", "channel"), await OpenAsync("Dora", "channel"));
        var ana = await OpenAsync("Ana", where);
        await SayAsync(ana, where, "deploy api v1.2.3 prod");
        for (var left = 3; left > 0; left--)
        {
            await ana.GetByText($"{3 - left} of 3 done").WaitForAsync();
            await ana.GetByRole(AriaRole.Button, new() { Name = "Tick", Exact = true }).First.ClickAsync();
        }

        await ana.GetByText("0 of 2 approvals").First.WaitForAsync();
        await Picture(ana, $"{where}-1-waits");
        await ApproveAsync(ben, where);
        await ana.GetByText("1 of 2 approvals").First.WaitForAsync();
        await ApproveAsync(dora, where);
        await ana.GetByText("Succeeded").First.WaitForAsync();
        await Picture(ana, $"{where}-2-succeeded");
    }

    /// <summary>In the card that is there for all; or, where that is in somebody's personal chat, in one that is asked for.</summary>
    private static async Task ApproveAsync(IPage page, string where)
    {
        if (where == "personal") await SayAsync(page, "channel", "show 1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).First.ClickAsync();
    }

    private static async Task SayAsync(IPage page, string where, string words)
    {
        await page.Locator("[contenteditable=true]").First.ClickAsync();
        if (where == "channel")
        {
            await page.Keyboard.TypeAsync("@");
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "ChatOps" }).ClickAsync();
        }

        await page.Keyboard.TypeAsync((where == "channel" ? " " : "") + words);
        if (where == "channel") await page.GetByRole(AriaRole.Button, new() { Name = "Post" }).First.ClickAsync();
        else await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>A window of one person: the Playground has one person at its keyboard, and its page asks who that is.</summary>
    private async Task<IPage> OpenAsync(string name, string where)
    {
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = 1400, Height = 1300 } });
        page.SetDefaultTimeout(60_000);
        await page.RouteAsync("**/_internal/v1/config", async route =>
        {
            var answer = await route.FetchAsync();
            var read = JsonNode.Parse(await answer.TextAsync())!;
            Become(read["config"]!.AsObject(), Playground.IdOf(name));
            await route.FulfillAsync(new() { Response = answer, Body = read.ToJsonString() });
        });
        await page.GotoAsync(playground!.Address.ToString());
        await page.GetByText(where == "channel" ? "deploys" : "Personal Chat", new() { Exact = true }).First.ClickAsync();
        await page.GetByText("I walk deployments with you").First.WaitForAsync();
        return page;
    }

    private static void Become(JsonObject config, string id)
    {
        var (users, now) = (config["users"]!.AsArray(), config["currentUser"]!);
        if ((string?)now["id"] == id) return;
        var at = users.Select((user, index) => (Id: (string?)user!["id"], Index: index)).Single(user => user.Id == id).Index;
        var other = users[at]!.DeepClone();
        users[at] = now.DeepClone();
        config["currentUser"] = other;
        foreach (var group in config["groupChats"]!.AsArray().Concat(config["teams"]!.AsArray()))
        {
            var members = group!["members"]!.AsArray();
            for (var member = 0; member < members.Count; member++)
            {
                if ((string?)members[member] == id) members[member] = (string?)now["id"];
            }
        }
    }

    private static Task Picture(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"teams-{name}.png") });
}
