extends "../shared/scene_checks.gd"
## Check that values in the text of a scene change, and nothing else does.

const SCENE: String = """[gd_scene format=4]

[sub_resource type="Resource" id="a"]
picture = "not this one"

[node name="Level" type="Node2D"]

[node name="Painting" type="Sprite2D" parent="." groups=["a", "b"]]
base_prompt = "a text of \\"lines\\"
picture = \\"in a text\\"
[node name=\\"Painting\\" parent=\\".\\"]
[its] end"
settings = {
"picture": [1, {
"a": 2
}]
}
picture = "old"
painted = Dictionary[NodePath, PackedInt32Array]({
NodePath("../A"): PackedInt32Array()
})
bake_seed = 3

[node name="House" type="Node2D" parent="."]

[node name="Painting" type="Sprite2D" parent="House"]
picture = "of the house"

[connection signal="a" from="." to="." method="b"]
"""


func test_values_that_are_there() -> void:
	var made: String = TilebakeSceneText.with_values(SCENE, ^"Painting", {&"picture": "new"})
	check("a value of a node is replaced", made == SCENE.replace("picture = \"old\"", "picture = \"new\""))
	var kept: Dictionary[NodePath, PackedInt32Array] = {^"../B": PackedInt32Array([1, 2])}
	made = TilebakeSceneText.with_values(SCENE, ^"Painting", {&"painted": kept})
	check("a value of several lines is replaced whole", made == SCENE.replace(
		"NodePath(\"../A\"): PackedInt32Array()", "NodePath(\"../B\"): PackedInt32Array(1, 2)"))
	made = TilebakeSceneText.with_values(SCENE, ^"House/Painting", {&"picture": "new"})
	check("of two nodes with one name, the right one is changed", made == SCENE.replace("of the house", "new"))


func test_values_that_are_new() -> void:
	var bounds: Rect2 = Rect2(-16, 0, 32.5, 8)
	var made: String = TilebakeSceneText.with_values(SCENE, ^"Painting", {&"map_bounds": bounds})
	check("a new value comes after the others of its node", made == SCENE.replace(
		"bake_seed = 3\n", "bake_seed = 3\nmap_bounds = Rect2(-16, 0, 32.5, 8)\n"))
	made = TilebakeSceneText.with_values(SCENE, ^".", {&"z_index": 2})
	check("the root takes values too", made == SCENE.replace("type=\"Node2D\"]\n\n[node name=\"Painting\"",
		"type=\"Node2D\"]\nz_index = 2\n\n[node name=\"Painting\""))
	made = TilebakeSceneText.with_values(SCENE, ^"House/Other", {&"z_index": 2})
	check("a node that comes from another scene gets a section before the connections", made == SCENE.replace(
		"[connection", "[node name=\"Other\" parent=\"House\"]\nz_index = 2\n\n[connection"))


func test_line_ends() -> void:
	var made: String = TilebakeSceneText.with_values(SCENE.replace("\n", "\r\n"), ^"Painting", {&"bake_seed": 4})
	check("lines that end as on Windows stay so", made.count("\r\n") >= SCENE.count("\n") - 1)
	check("the value is changed there too", "bake_seed = 4" in made and not "bake_seed = 3" in made)
