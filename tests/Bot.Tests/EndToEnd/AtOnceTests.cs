using System.Text;
using System.Text.Json;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>People who act at the same instant: there is one order, and everybody sees it.</summary>
public sealed class AtOnceTests
{
    [Fact]
    public async Task Ticks_approvals_and_aborts_of_one_instant_have_one_order()
    {
        var folder = Directory.CreateTempSubdirectory("chatops-at-once-").FullName;
        await using (var bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Database"] = $"sqlite:{folder}/a.db", ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples/demo") }))
        {
            using var http = bot.NewClient();
            for (var run = 1; run <= 5; run++)
            {
                await SayAsync(http, "ana@example.com", "deploy api v1.2.3 prod");
                await Task.WhenAll(Enumerable.Range(0, 12).Select(n => SayAsync(http, n % 2 == 0 ? "ana@example.com" : "ben@example.com", $"tick {run} {(n % 3) + 1}")));
                using var waiting = await ReadAsync(http, run);
                var hash = waiting.RootElement.GetProperty("card").GetProperty("buttons").EnumerateArray().First(button => button.GetProperty("label").GetString() == "Approve").GetProperty("action").GetString()!.Split('|')[3];
                var answers = await Task.WhenAll(
                    SayAsync(http, "ben@example.com", $"approve {run} --plan-hash {hash}"), SayAsync(http, "ben@example.com", $"approve {run} --plan-hash {hash}"),
                    SayAsync(http, "ana@example.com", $"abort {run} --reason \"stop\""), SayAsync(http, "dora@example.com", $"reject {run} --reason \"no\""), SayAsync(http, "cleo@example.com", $"abort {run} --reason \"me too\""));
                answers.Count(answer => answer.Contains("\"code\":", StringComparison.Ordinal)).ShouldBeGreaterThan(0, "somebody was too late, and was told so");

                using var over = await ReadAsync(http, run);
                over.RootElement.GetProperty("row").GetProperty("status").GetString().ShouldBe("Cancelled");
                var timeline = over.RootElement.GetProperty("timeline").EnumerateArray().Select(line => line.GetProperty("says").GetString()!).ToList();
                timeline.Count(says => says.StartsWith("ticked", StringComparison.Ordinal)).ShouldBe(3, string.Join('\n', timeline));
                timeline.Count(says => says.StartsWith("approved", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(1);
                timeline.Count(says => says.StartsWith("Cancelled", StringComparison.Ordinal)).ShouldBe(1);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> SayAsync(HttpClient http, string who, string text)
    {
        using var answer = await http.PostAsync("/api/v1/commands", new StringContent(JsonSerializer.Serialize(new Dictionary<string, string> { ["text"] = text, ["as"] = who }), Encoding.UTF8, "application/json"));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<JsonDocument> ReadAsync(HttpClient http, int run) => JsonDocument.Parse(await http.GetStringAsync($"/api/v1/runs/{run}"));
}
