"""How well attention control keeps structure and moves words."""
