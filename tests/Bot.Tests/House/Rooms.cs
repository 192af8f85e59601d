using System.Collections.Immutable;
using ChatOps.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ChatOps.Bot.Tests.House;

/// <summary>Which types and members the code of a project uses, by binding its symbols.</summary>
internal static class Rooms
{
    /// <summary>A use of something: in which file, and what.</summary>
    public sealed record Use(string File, string Folder, ISymbol Symbol, int Line);

    public static ImmutableArray<Use> Of(string project)
    {
        var folder = Path.Combine(Repository.Root, "src", project);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var trees = files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), new CSharpParseOptions(LanguageVersion.Latest), file)).ToList();
        var globals = CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;");
        var compilation = CSharpCompilation.Create(project, [.. trees, globals], References(project), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. trees.SelectMany(tree => Uses(compilation.GetSemanticModel(tree), tree, folder))];
    }

    private static IEnumerable<Use> Uses(SemanticModel model, SyntaxTree tree, string folder)
    {
        var room = Path.GetRelativePath(folder, tree.FilePath).Split(Path.DirectorySeparatorChar)[0];
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (name.Ancestors().Any(node => node is UsingDirectiveSyntax)) continue;
            if (model.GetSymbolInfo(name).Symbol is { } symbol and not INamespaceSymbol)
                yield return new Use(Path.GetRelativePath(folder, tree.FilePath), room, symbol, name.GetLocation().GetLineSpan().StartLinePosition.Line + 1);
        }
    }

    private static IEnumerable<MetadataReference> References(string project)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        string[] ours = project switch { "Runbooks" => ["ChatOps.Integrations", "chatops"], "Integrations" => ["ChatOps.Integrations", "chatops"], _ => ["chatops"] };
        return platform.Where(file => !ours.Contains(Path.GetFileNameWithoutExtension(file)) && !(project == "Runbooks" && Path.GetFileNameWithoutExtension(file) == "ChatOps.Runbooks"))
            .Select(file => MetadataReference.CreateFromFile(file));
    }
}
