using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.CodeAnalysis;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.House;

/// <summary>The rules of the tree: which room may use which, and what the rules must never touch.</summary>
public sealed class HouseTests
{
    /// <summary>A folder of the rules uses only folders before it.</summary>
    private static readonly string[] Order = ["Work", "Conditions", "Access", "Calendar", "Rotas", "Gates", "Catalog", "Evidence", "Locks", "Schedules", "Versions", "Plans", "Steps", "Runs", "Cards", "Paging", "Changes", "Alerts", "Incidents", "Summaries", "Reports", "Audit", "Language", "Library", "Proofs"];

    private static readonly string[] Forbidden =
    [
        "System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Net.", "System.Random", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process",
        "System.Console", "System.Threading.Thread", "System.Threading.Tasks.Parallel", "System.Security.Cryptography.RandomNumberGenerator", "Microsoft.Extensions.", "Microsoft.AspNetCore.",
    ];

    private static readonly string[] ForbiddenMembers =
        ["System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Threading.Tasks.Task.Delay", "System.Threading.Tasks.Task.Run"];

    [Fact]
    public void Rules_touch_no_disk_network_clock_chance_log_or_container()
    {
        var used = References(typeof(Decider).Assembly).ToList();
        used.Where(name => Forbidden.Any(bad => bad.EndsWith('.') ? name.StartsWith(bad, StringComparison.Ordinal) : name == bad || name.StartsWith(bad + ".", StringComparison.Ordinal))).ShouldBeEmpty();
        used.Where(name => ForbiddenMembers.Contains(name)).ShouldBeEmpty();

        // The compiler's own iterators ask which thread they are on.
        used.Where(name => name.StartsWith("System.Environment.", StringComparison.Ordinal) && name != "System.Environment.get_CurrentManagedThreadId").ShouldBeEmpty();
        typeof(Decider).Assembly.GetReferencedAssemblies().ShouldNotContain(name => name.Name!.StartsWith("ChatOps", StringComparison.Ordinal) || name.Name == "chatops");
    }

    [Fact]
    public void This_test_would_see_what_it_forbids() =>
        References(typeof(HouseTests).Assembly).ShouldContain(name => name == "System.Threading.Tasks.Task.Delay");

    [Fact]
    public void A_folder_of_the_rules_uses_only_folders_before_it() =>
        Rooms.Of("Runbooks")
            .Select(use => (use, to: Folder(use.Symbol, "ChatOps.Runbooks.")))
            .Where(pair => pair.to is not null && Array.IndexOf(Order, pair.to) > Array.IndexOf(Order, pair.use.Folder))
            .Select(pair => $"{pair.use.File}:{pair.use.Line} uses {pair.to}").Distinct().ShouldBeEmpty();

    [Fact]
    public void Only_the_calendar_knows_time_zones()
    {
        var zones = Rooms.Of("Runbooks").Where(use => (use.Symbol as INamedTypeSymbol ?? use.Symbol.ContainingType)?.ToDisplayString() is { } type && (type.StartsWith("NodaTime.", StringComparison.Ordinal) || type == "System.TimeZoneInfo")).ToList();
        zones.ShouldContain(use => use.Folder == "Calendar");
        zones.Where(use => use.Folder != "Calendar").Select(use => $"{use.File}:{use.Line}").ShouldBeEmpty();
    }

    [Fact]
    public void One_system_does_not_use_another()
    {
        var uses = Rooms.Of("Integrations");
        uses.Length.ShouldBeGreaterThan(1_000, "the code was bound");
        uses.Select(use => (use, to: Folder(use.Symbol, "ChatOps.Integrations.")))
            .Where(pair => pair.to is not null && pair.to != pair.use.Folder && pair.to != "Http")
            .Select(pair => $"{pair.use.File}:{pair.use.Line} uses {pair.to}").Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_points_back_at_the_bot() =>
        typeof(ChatOps.Integrations.Slack.SlackCards).Assembly.GetReferencedAssemblies().ShouldNotContain(name => name.Name == "chatops");

    [Fact]
    public void Every_refusal_has_a_code_of_the_closed_list()
    {
        var constants = typeof(RefusalCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetValue(null)!).ToList();
        constants.ShouldBe(RefusalCodes.All, ignoreOrder: true);
        RefusalCodes.All.Distinct().Count().ShouldBe(RefusalCodes.All.Length);
    }

    [Fact]
    public void The_README_names_files_that_exist()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        foreach (Match link in Regex.Matches(readme, @"\]\((?<to>[^)#:]+)\)")) (File.Exists(Path.Combine(Repository.Root, link.Groups["to"].Value)) || Directory.Exists(Path.Combine(Repository.Root, link.Groups["to"].Value))).ShouldBeTrue(link.Groups["to"].Value);
    }

    private static string? Folder(ISymbol symbol, string root)
    {
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        var name = type?.ContainingNamespace?.ToDisplayString() + ".";
        return name.StartsWith(root, StringComparison.Ordinal) ? name[root.Length..].Split('.')[0] : null;
    }

    /// <summary>Every type and member that an assembly refers to outside itself.</summary>
    private static IEnumerable<string> References(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        string TypeName(TypeReferenceHandle handle)
        {
            var type = metadata.GetTypeReference(handle);
            return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        var names = metadata.TypeReferences.Select(TypeName).ToList();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference) names.Add($"{TypeName((TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}");
        }

        return names;
    }
}
