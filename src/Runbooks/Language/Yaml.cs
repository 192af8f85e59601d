using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads YAML within limits: nothing in a file can make reading it expensive.</summary>
internal static class Yaml
{
    public const int LongestFile = 1 << 20;
    private const int Deepest = 24;

    /// <summary>The mappings of a file, one per document, or null when it could not be read; faults go to <paramref name="findings"/>.</summary>
    public static IReadOnlyList<YamlMappingNode>? Read(string file, string text, Findings findings)
    {
        if (text.Length > LongestFile)
        {
            findings.Error(file, 1, "file-too-large", $"The file has more than {LongestFile:N0} characters.", "No more are read.", "Split it.");
            return null;
        }

        var reached = 1L;
        try
        {
            if (!Within(file, text, findings, ref reached)) return null;
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var roots = new List<YamlMappingNode>();
            foreach (var document in stream.Documents)
            {
                if (document.RootNode is YamlMappingNode mapping) roots.Add(mapping);
                else findings.Error(file, Spot.Of(document.RootNode.Start), "not-a-mapping", "The file does not hold a mapping.", null, "Write key: value pairs.");
            }

            if (roots.Count == 0 && stream.Documents.Count == 0) findings.Error(file, 1, "empty-file", "The file is empty.", null, "Fill it, or delete it.");
            return roots.Count == 0 ? null : roots;
        }
        catch (Exception fault) when (fault is not (YamlException or OutOfMemoryException))
        {
            // For some texts the parser fails in its own ways: whatever it says, the file can't be read.
            findings.Error(file, Math.Max(1, reached), "not-yaml", "This is not YAML from about here on.", null, "Look at the indentation, quotes and colons of this line and those below.");
            return null;
        }
        catch (YamlException fault)
        {
            findings.Error(file, Spot.Of(fault.Start), "not-yaml", $"This is not YAML: {FirstLine(fault.InnerException?.Message ?? fault.Message)}", null, "Look at the indentation, quotes and colons of this line and the one above.");
            return null;
        }
    }

    /// <summary>Looks at the file piece by piece, before anything is built from it: no aliases, no great depth, no key twice.</summary>
    private static bool Within(string file, string text, Findings findings, ref long reached)
    {
        var parser = new Parser(new StringReader(text));
        var open = new Stack<Level>();
        var once = true;
        while (parser.MoveNext())
        {
            reached = parser.Current!.End.Line;
            if (parser.Current is AnchorAlias alias)
            {
                findings.Error(file, Spot.Of(alias.Start), "alias", "Aliases (*name) are not read.", "A file should say what it means where it means it.", "Write the value out.");
                return false;
            }

            if (parser.Current is MappingEnd or SequenceEnd) open.Pop();
            else if (parser.Current is Scalar or MappingStart or SequenceStart) once &= open.Count == 0 || IsNew(file, open.Peek(), parser.Current, findings);
            if (parser.Current is MappingStart or SequenceStart) open.Push(new Level(parser.Current is MappingStart));
            if (open.Count <= Deepest) continue;
            findings.Error(file, Spot.Of(parser.Current.Start), "too-deep", "This is nested too deeply.", null, "Flatten it.");
            return false;
        }

        return once;
    }

    /// <summary>Of a mapping's keys, whether this one was not there before; everything else is new.</summary>
    private static bool IsNew(string file, Level level, ParsingEvent at, Findings findings)
    {
        if (!level.IsMapping || !level.NextIsKey()) return true;
        if (at is not Scalar { Value: var key } || level.Keys.TryAdd(key, Spot.Of(at.Start))) return true;
        findings.Error(file, Spot.Of(at.Start), "duplicate-key", $"\"{(key.Length > 60 ? key[..59] + "…" : key)}\" is written twice.", $"The other is in line {level.Keys[key]}; only one of them could count.", "Put them together, or rename one.");
        return false;
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim().TrimEnd('.') + ".";

    /// <summary>A mapping or list that is being walked through.</summary>
    private sealed class Level(bool isMapping)
    {
        private bool isKey;

        public bool IsMapping => isMapping;

        public Dictionary<string, Spot> Keys { get; } = new(StringComparer.Ordinal);

        /// <summary>Keys and values take turns.</summary>
        public bool NextIsKey() => isKey = !isKey;
    }
}
