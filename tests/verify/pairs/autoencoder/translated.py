import torch
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=2)
        self.mean = nn.Linear(64, latent)
        self.log_var = nn.Linear(64, latent)

    def forward(self, x):
        x = F.relu(self.conv(F.pad(x, (0, 1, 0, 1))))
        x = x.permute(0, 2, 3, 1).flatten(1)
        mean, log_var = self.mean(x), self.log_var(x)
        return mean, log_var, mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)


class Decoder(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.fc = nn.Linear(latent, 64)
        self.up = nn.ConvTranspose2d(4, 1, 3, stride=2)

    def forward(self, z):
        x = F.relu(self.fc(z)).unflatten(1, (4, 4, 4)).permute(0, 3, 1, 2)
        return torch.sigmoid(self.up(x)[:, :, :-1, :-1])


class VAE(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.encoder = Encoder(latent)
        self.decoder = Decoder(latent)

    def forward(self, x):
        mean, log_var, z = self.encoder(x)
        return self.decoder(z), mean, log_var
