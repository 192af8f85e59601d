using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Sqlite;
using ChatOps.Testing;
using Shouldly;
using SQLitePCL;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What an auditor does: reads who decided what, and proves that it was not touched since.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-audit-").FullName;

    private string File => Path.Combine(folder, "a.db");

    private Dictionary<string, string?> Settings => new() { ["ChatOps:Database"] = $"sqlite:{File}", ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples/demo") };

    public async ValueTask InitializeAsync()
    {
        await using var bot = await BotProcess.StartAsync(folder, Settings);
        using var http = bot.NewClient();
        var hash = "";
        await Say("ana@example.com", "deploy api v1.2.3 prod --reason \"=cmd|' /C calc'!A0\"");
        foreach (var item in (int[])[1, 2, 3]) await Say("ana@example.com", $"tick 1 {item}");
        hash = Between(await Say("ben@example.com", "approve 1"), "--plan-hash ", "\"");
        await Say("ben@example.com", $"approve 1 --plan-hash {hash} --note \"looks fine\"");
        (await Say("ana@example.com", $"approve 1 --plan-hash {hash}")).ShouldContain("not-in-group");
        await Say("ana@example.com", "lock api staging \"looking\"");
        (await http.GetStringAsync("/audit?q=ben+approved")).ShouldSatisfyAllConditions(
            page => page.ShouldContain("approved plan"), page => page.ShouldContain("looks fine"), page => page.ShouldContain("/runs/1"), page => page.ShouldNotContain("ticked"));
        (await http.GetStringAsync("/audit?q=ana+attempt-refused")).ShouldSatisfyAllConditions(
            page => page.ShouldContain($"was refused &quot;approve 1 --plan-hash {hash}&quot;"), page => page.ShouldContain("not-in-group"), page => page.ShouldContain("run 1"));
        (await http.GetStringAsync("/audit?q=nobody-of-that-name")).ShouldContain("Nothing with these words");
        (await http.GetStringAsync("/audit")).ShouldSatisfyAllConditions(page => page.ShouldContain("lock-set"), page => page.ShouldContain("the API"));

        async Task<string> Say(string who, string text)
        {
            using var answer = await http.PostAsync("/api/v1/commands", new StringContent(JsonSerializer.Serialize(new Dictionary<string, string> { ["text"] = text, ["as"] = who }), Encoding.UTF8, "application/json"));
            return await answer.Content.ReadAsStringAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_untouched_database_is_proved_whole_and_its_end_can_be_noted()
    {
        var (code, output) = await AuditAsync("verify");
        code.ShouldBe(0, output);
        output.ShouldContain("nothing was altered or removed");
        var head = Between(output, "Its end is ", ". Note");
        (await AuditAsync("verify", "--head", head)).Code.ShouldBe(0);
        (await AuditAsync("verify", "--head", head[..^1] + (head[^1] == '0' ? '1' : '0'))).ShouldSatisfyAllConditions(said => said.Code.ShouldBe(1), said => said.Output.ShouldContain("is not the one that ended the chain"));
        (await AuditAsync("verify", "--head", "yesterday")).Code.ShouldBe(2);
        (await AuditAsync("verify", "--database", $"sqlite:{folder}/none.db")).Code.ShouldBe(2);
    }

    [Theory]
    [InlineData("update events set body = replace(body, 'ben@example.com', 'eve@example.com')", "does not say what it said")]
    [InlineData("update events set via = 'slack:act:UEVE:1' where place = 3", "entry 3 (queue-api/prod, version 1")]
    [InlineData("delete from events where place = 4", "entry 4 was removed")]
    [InlineData("delete from events where place > 6", "were removed from the end")]
    [InlineData("delete from chain", "beside the chain was removed")]
    public async Task Whoever_touches_the_database_is_found_out(string sql, string says)
    {
        SqliteLibrary.Use();
        raw.sqlite3_open(File, out var file).ShouldBe(0);
        raw.sqlite3_exec(file, sql).ShouldBe(0);
        file.Dispose();
        var (code, output) = await AuditAsync("verify");
        code.ShouldBe(1);
        output.ShouldContain(says);
    }

    [Fact]
    public async Task Every_decision_of_a_period_is_written_out_with_the_evidence_of_approvals()
    {
        var lines = (await AuditAsync("export", "--from", "2020-01-01")).Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("decision").GetString()).ShouldBe(["run-opened", "item-ticked", "item-ticked", "item-ticked", "approved", "attempt-refused", "lock-set"]);
        var approved = lines[4];
        approved.GetProperty("by").GetString().ShouldBe("ben@example.com");
        approved.GetProperty("via").GetString()!.ShouldStartWith("api:ben@example.com:");
        approved.GetProperty("plan").GetString()!.Length.ShouldBe(64);
        var evidence = approved.GetProperty("evidence").EnumerateArray().Select(line => line.GetString()!).ToList();
        evidence.ShouldContain(line => line.StartsWith("v1.2.2 → v1.2.3", StringComparison.Ordinal));
        evidence.ShouldContain(line => line.StartsWith("☑ Database backup taken: ana@example.com", StringComparison.Ordinal));

        var csv = (await AuditAsync("export", "--format", "csv")).Output;
        csv.ShouldContain("entry,at,by,decision,says");
        csv.ShouldContain("\"ben@example.com\",\"approved\"");
        (await AuditAsync("export", "--to", "2020-01-01")).Output.Trim().ShouldBeEmpty();
        (await AuditAsync("export", "--from", "yesterday")).ShouldSatisfyAllConditions(said => said.Code.ShouldBe(2), said => said.Output.ShouldContain("--from takes a date"));
    }

    private async Task<(int Code, string Output)> AuditAsync(params string[] words)
    {
        await using var command = BotProcess.Launch(folder, Settings, 0, ["audit", .. words]);
        return (await command.ExitAsync(), command.Output);
    }

    private static string Between(string text, string start, string end)
    {
        var at = text.IndexOf(start, StringComparison.Ordinal);
        at.ShouldBeGreaterThan(-1, text);
        at += start.Length;
        return text[at..text.IndexOf(end, at, StringComparison.Ordinal)];
    }
}
