defmodule App.MixProject do
  use Mix.Project
  def project, do: [app: :chat_bubble, version: "1.0.0", elixir: "~> 1.15"]
end
