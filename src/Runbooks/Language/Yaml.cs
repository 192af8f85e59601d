using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads YAML within limits: nothing in a file can make reading it expensive.</summary>
internal static class Yaml
{
    public const int LongestFile = 1 << 20;
    private const int Deepest = 24;

    /// <summary>The mappings of a file, one per document; faults go to <paramref name="findings"/>.</summary>
    public static IReadOnlyList<YamlMappingNode> Read(string file, string text, Findings findings)
    {
        if (text.Length > LongestFile)
        {
            findings.Error(file, 1, "file-too-large", $"The file has {text.Length:N0} characters.", $"At most {LongestFile:N0} are read.", "Split it.");
            return [];
        }

        var reached = 1L;
        try
        {
            if (!Within(file, text, findings, ref reached)) return [];
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var roots = new List<YamlMappingNode>();
            foreach (var document in stream.Documents)
            {
                if (document.RootNode is YamlMappingNode mapping) roots.Add(mapping);
                else findings.Error(file, document.RootNode.Start.Line, "not-a-mapping", "The file does not hold a mapping.", null, "Write key: value pairs.");
            }

            if (roots.Count == 0 && stream.Documents.Count == 0) findings.Error(file, 1, "empty-file", "The file is empty.", null, "Fill it, or delete it.");
            return roots;
        }
        catch (Exception fault) when (fault is not (YamlException or OutOfMemoryException))
        {
            // For some texts the parser fails in its own ways: whatever it says, the file can't be read.
            findings.Error(file, Math.Max(1, reached), "not-yaml", "This is not YAML from about here on.", null, "Look at the indentation, quotes and colons of this line and those below.");
            return [];
        }
        catch (YamlException fault)
        {
            findings.Error(file, Math.Max(1, fault.Start.Line), "not-yaml", $"This is not YAML: {FirstLine(fault.InnerException?.Message ?? fault.Message)}", null, "Look at the indentation, quotes and colons of this line and the one above.");
            return [];
        }
    }

    private static bool Within(string file, string text, Findings findings, ref long reached)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            reached = parser.Current!.End.Line;
            switch (parser.Current)
            {
                case AnchorAlias alias:
                    findings.Error(file, alias.Start.Line, "alias", "Aliases (*name) are not read.", "A file should say what it means where it means it.", "Write the value out.");
                    return false;
                case MappingStart or SequenceStart when ++depth > Deepest:
                    findings.Error(file, parser.Current.Start.Line, "too-deep", "This is nested too deeply.", null, "Flatten it.");
                    return false;
                case MappingEnd or SequenceEnd:
                    depth--;
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim().TrimEnd('.') + ".";
}
