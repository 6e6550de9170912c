@tool
extends RefCounted
## What is said of the backend's states: one sentence each, and the hint.

const RESTART: String = "Press Restart in the Tilebake dock."


static func off() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.OFF, "The backend is switched off.", RESTART)


static func headless() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OFF, "The editor has no window: no backend is started for it."
	)


static func not_found(setting: String) -> TilebakeBackendState:
	if setting.is_empty():
		return TilebakeBackendState.new(
			TilebakeBackendState.Kind.NOT_INSTALLED,
			"tilebake was not found on PATH, nor in a virtual environment beside the project.",
			"pip install tilebake",
		)
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.NOT_CONFIGURED,
		"The editor setting tilebake/command names %s, and there is no tilebake to run." % setting,
		"Choose the tilebake program in the Editor Settings, under Tilebake > Command, or leave it empty.",
	)


static func not_run(program: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.NOT_CONFIGURED,
		"%s cannot be run." % program,
		"Choose another one in the Editor Settings, under Tilebake > Command.",
	)


static func looking(program: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.STARTING, "Asking %s for the backend." % program)


static func starting() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.STARTING, "The backend is starting.")


static func ready() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.READY, "The backend is ready.")


static func busy(live_jobs: int) -> TilebakeBackendState:
	var words: String = "Painting." if live_jobs < 2 else "Painting; %d more to come." % (live_jobs - 1)
	return TilebakeBackendState.new(TilebakeBackendState.Kind.BUSY, words)


static func busy_elsewhere() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.STARTING,
		"Another tilebake is at work in this project; waiting until it can be reached or ends.",
		"If it is a `tilebake bake` of yours, it will end by itself.",
	)


static func gone() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.STARTING, "The backend that was running has ended; another one is looked for."
	)


static func stranger(host: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OTHER_PROJECT,
		"What answers at %s is not the backend of this project; it was told nothing." % host,
	)


static func other_project(root: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OTHER_PROJECT,
		"The backend that was found works on another project, %s." % root,
		"End that `tilebake watch`, then press Restart in the Tilebake dock.",
	)


static func incompatible(version: String, needed: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.INCOMPATIBLE,
		"The backend is tilebake %s, and this addon needs %sx." % [version, needed],
		"pip install --upgrade tilebake",
	)


static func crashed(how: String, will_restart: bool, log_tail: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.CRASHED,
		"The backend stopped: %s." % how,
		"It is being started again." if will_restart else "Read the log, then press Restart in the Tilebake dock.",
		log_tail,
	)
