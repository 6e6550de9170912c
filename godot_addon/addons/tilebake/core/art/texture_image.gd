@tool
class_name TilebakeTextureImage
extends RefCounted
## Read the pixels of textures, without a screen too.


## Return a texture's picture, not compressed; null where it cannot be read, as that of a placeholder.
static func read(texture: Texture2D) -> Image:
	if texture == null or texture is PlaceholderTexture2D:
		return null
	var image: Image = texture.get_image()
	if image == null or image.is_empty() or (image.is_compressed() and image.decompress() != OK):
		return null
	return image
