using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>Brings the tables up to date, by the numbered files in <c>Migrations</c>; the file remembers the last one in its <c>user_version</c>.</summary>
internal static class Schema
{
    private const string Folder = "ChatOps.Integrations.Sqlite.Migrations.";

    /// <summary>Safe beside other processes: whoever holds the write lock migrates, and the next one finds it done.</summary>
    public static void Migrate(SqliteFile file, string path)
    {
        file.Execute("begin immediate");
        try
        {
            var version = file.Prepare("pragma user_version").First(s => s.Long());
            var steps = Steps();
            if (version > steps[^1].Number)
            {
                throw new StoreUnavailableException($"The database {path} was written by a newer version of the bot. Run that version, or another file.");
            }
            foreach (var step in steps.Where(s => s.Number > version))
            {
                file.Execute(Sql(step.Name));
                file.Execute($"pragma user_version = {step.Number}");
            }
            file.Execute("commit");
        }
        catch
        {
            if (!file.IsIdle) file.Execute("rollback");
            throw;
        }
    }

    private static (int Number, string Name)[] Steps() =>
    [
        .. from name in typeof(Schema).Assembly.GetManifestResourceNames()
           where name.StartsWith(Folder, StringComparison.Ordinal)
           let number = int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture)
           orderby number
           select (number, name),
    ];

    private static string Sql(string name)
    {
        using var reader = new StreamReader(typeof(Schema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
