using System.Globalization;
using System.Runtime.InteropServices;
using YamlDotNet.Core;

namespace ChatOps.Runbooks.Language;

/// <summary>A place in a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1; 0 = not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Spot(int Line, int Column)
{
    /// <summary>A line whose column is not known.</summary>
    public static implicit operator Spot(long line) => new((int)Math.Max(1, line), 0);

    public static Spot Of(Mark at) => new((int)Math.Max(1, at.Line), (int)Math.Max(0, at.Column));

    /// <summary>The line: what people are told of another place in the same file.</summary>
    public override string ToString() => Line.ToString(CultureInfo.InvariantCulture);
}
