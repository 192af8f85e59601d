using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace ChatOps.Integrations.Sqlite;

/// <summary>Finds SQLite itself: the system's library where there is a good one, else the bundled one.</summary>
/// <remarks>The bundled one is 3.35.5, of 2021; a distribution's gets its security fixes.</remarks>
internal static unsafe class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";
    private const string OfTheSystem = "libsqlite3.so.0";

    /// <summary>3.35 is the first with <c>returning</c>.</summary>
    private const int Oldest = 3_035_000;

    // Lazy, since a resolver can be set once per process and tests open many stores.
    private static readonly Lazy<bool> Loaded = new(Load);

    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Bundled || !OperatingSystem.IsLinux()) return 0;
        if (!NativeLibrary.TryLoad(OfTheSystem, out var library)) return 0;
        if (IsGood(library)) return library;
        NativeLibrary.Free(library);
        return 0;   // the default search finds the bundled one
    }

    private static bool IsGood(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var version)
        && ((delegate* unmanaged[Cdecl]<int>)version)() >= Oldest;
}
