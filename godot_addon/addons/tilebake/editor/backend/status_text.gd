@tool
extends RefCounted
## Make the states of the backend: one sentence each, and what to do.

const RESTART: String = "Press Restart in the Tilebake dock."
const CHOOSE: String = "Choose another program in the Editor Settings, under Tilebake > Command."
const UPGRADE: String = "pip install --upgrade tilebake"


static func off() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.OFF, "The backend is switched off.", RESTART)


static func headless() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OFF, "The editor has no window, so it starts no backend."
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
		"The editor setting tilebake/command is %s, and there is no tilebake program there." % setting,
		"Choose the tilebake program in the Editor Settings, under Tilebake > Command, or leave the setting empty.",
	)


static func not_run(program: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.NOT_CONFIGURED, "%s cannot be run." % program, CHOOSE)


static func not_allowed(program: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.NOT_ALLOWED,
		"This project brings a tilebake of its own, %s. It has not been run, for it may be anybody's program." % program,
		"Press Allow in the Tilebake dock if you trust it, or install tilebake yourself.",
	)


static func looking(program: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.STARTING, "Asking %s for the backend." % program)


static func starting() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.STARTING, "The backend is starting.")


static func ready() -> TilebakeBackendState:
	return TilebakeBackendState.new(TilebakeBackendState.Kind.READY, "The backend is ready.")


static func busy(live_jobs: int) -> TilebakeBackendState:
	var text: String = "Painting." if live_jobs < 2 else "Painting. %d more to come." % (live_jobs - 1)
	return TilebakeBackendState.new(TilebakeBackendState.Kind.BUSY, text)


static func busy_elsewhere() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.STARTING,
		"Another tilebake is at work in this project. Waiting until it can be reached or ends.",
		"If you run `tilebake bake`, it ends by itself.",
	)


static func gone() -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.STARTING, "The backend has ended. Looking for another one."
	)


static func stranger(host: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OTHER_PROJECT,
		"What answers at %s is not the backend of this project. Nothing was sent to it." % host,
	)


static func other_project(root: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.OTHER_PROJECT,
		"The backend that was found belongs to another project, %s." % root,
		"End that `tilebake watch`, then press Restart in the Tilebake dock.",
	)


static func incompatible(version: String, needed: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.INCOMPATIBLE,
		"The backend is tilebake %s, but this addon needs %sx." % [version, needed],
		UPGRADE,
	)


static func crashed(how: String, will_restart: bool, log_tail: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.CRASHED,
		"The backend stopped: %s." % how,
		"It is starting again." if will_restart else "Read the log, then press Restart in the Tilebake dock.",
		log_tail,
	)
