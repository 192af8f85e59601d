using ChatOps.Benchmarks;
using ChatOps.Testing;

// dotnet run -c Release --project tests/Benchmarks -- [store|acknowledge|status|start|waiting|alerts|storm|language|rollouts|surfaces|watchers|sockets|all] [PROGRAM]
var what = args.FirstOrDefault() ?? "all";
var program = args.ElementAtOrDefault(1) is { } named ? Path.GetFullPath(named) : Path.Combine(Repository.Root, "src", "Bot", "bin", "Release", "net10.0", "chatops.dll");
if (what is "store") await StoreBenchmark.RunAsync(Console.Out);
if (what is "acknowledge" or "all") await AcknowledgeBenchmark.RunAsync(Console.Out);
if (what is "alerts" or "all") await AlertBenchmark.RunAsync(Console.Out);
if (what is "storm" or "all") await StormBenchmark.RunAsync(Console.Out, program);
if (what is "status" or "all") await StatusBenchmark.RunAsync(Console.Out);
if (what is "start" or "all") await ProcessBenchmark.StartAsync(Console.Out, program);
if (what is "waiting" or "all") await ProcessBenchmark.WaitingAsync(Console.Out, program);
if (what is "rollouts" or "all") await RolloutBenchmark.RunAsync(Console.Out);
if (what is "surfaces" or "all") await SurfacesBenchmark.RunAsync(Console.Out, program);
if (what is "watchers" or "all") await WatchersBenchmark.RunAsync(Console.Out, program);
if (what is "sockets" or "all") await SocketsBenchmark.RunAsync(Console.Out);
if (what is "connect") await SocketsBenchmark.ConnectAsync(Console.Out);
if (what is "language" or "all") await LanguageBenchmark.RunAsync(Console.Out);
return 0;
